package runbooks

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// A block is a query or a command of a runbook.
type block struct {
	book     string // the alert
	n        int    // in the runbook, from 1 on
	language string
	text     string
	rule     bool   // it is an expression of the alert itself
	scaled   string // that expression at the time of the rules that Prometheus evaluates
}

func (b block) String() string {
	first, rest, _ := strings.Cut(b.text, "\n")
	if rest != "" {
		first += " …"
	}
	return fmt.Sprintf("%s, block %d (%s)", b.book, b.n, first)
}

const (
	scale      = 1.0 / 30 // of the time of the rules that Prometheus evaluates
	capacity   = 60       // operations a second
	saturation = 0.05     // since others take their part of the machine
)

// parameters are those of the runbooks: the thresholds of alerts that depend on the machine
// are others than by default.
func parameters() generate.Parameters {
	p := generate.Defaults()
	p.Capacity, p.Saturation = capacity, saturation
	return p
}

// books returns the blocks of all runbooks, by alert.
func books(t *testing.T, p generate.Parameters) map[string][]block {
	t.Helper()
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]block)
	for _, f := range files {
		dir, name := path.Split(f.Name)
		if name, ok := strings.CutSuffix(name, ".md"); ok && dir == "runbooks/" && name != "README" {
			all[name] = blocks(name, f.Text)
		}
	}
	return all
}

// tested are the blocks that are run.
func tested(t *testing.T) map[string][]block {
	t.Helper()
	p := parameters()
	all := books(t, p)
	p.Timescale = scale
	for name, list := range books(t, p) {
		for i, b := range list {
			if b.rule {
				all[name][i].scaled = b.text
			}
		}
	}
	return all
}

// blocks finds the fenced blocks of a runbook.
func blocks(book, text string) (found []block) {
	var lines []string
	open, rule := false, false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			open, lines = true, nil
			found = append(found, block{book: book, n: len(found) + 1, language: language, rule: rule})
		case fence:
			open = false
			found[len(found)-1].text = strings.Join(lines, "\n")
		case open:
			lines = append(lines, line)
		case strings.HasPrefix(line, "## "):
			rule = line == "## The rule"
		}
	}
	return found
}

func TestBlocks(t *testing.T) {
	got := blocks("A", "# A\n\n```promql\nup\n  > 0\n```\n\n```\nls\n```\n\n## The rule\n\n```sh\ntrue\n```\n\n## More\n```sh\n")
	want := []block{{"A", 1, "promql", "up\n  > 0", false, ""}, {"A", 2, "", "ls", false, ""}, {"A", 3, "sh", "true", true, ""}, {"A", 4, "sh", "", false, ""}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
