package scenarios

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/cmd/scenario"
)

var update = flag.Bool("update", false, "write when alerts fire, and which mutants nobody notices, to testdata")

var timelines = filepath.Join("testdata", "timelines.txt")

// book are the rules that ship, and those of a capacity.
func book(t *testing.T) []Rule {
	t.Helper()
	p := generate.Defaults()
	p.Capacity = 1000
	all, err := Book(p)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// plays are those of all scenarios, by alert.
func plays(t *testing.T, book []Rule) map[string][]*Play {
	t.Helper()
	all := make(map[string][]*Play)
	for _, s := range slices.Concat(scenario.All(), scenario.Long()) {
		alert := s.Alert()
		st, err := newStage(s, fmt.Sprintf("%s %d", alert, len(all[alert])+1))
		if err != nil {
			t.Fatal(err)
		}
		p, err := st.play(t.Context(), t.TempDir(), needed(book, alert))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.db.Close() })
		all[alert] = append(all[alert], p)
	}
	return all
}

// TestNumbers: alerts fire in scenarios at the minutes that testdata has, and at others if anything
// in their rules is another.
func TestNumbers(t *testing.T) {
	rules := book(t)
	all := plays(t, rules)
	t.Run("timelines", func(t *testing.T) { compare(t, timelines, lines(rules, all)) })
	t.Run("checks", func(t *testing.T) {
		for _, list := range all {
			for _, p := range list {
				p.check(t)
			}
		}
	})
	held := hold(t, rules, all)
	t.Run("labels", func(t *testing.T) { compare(t, holding, held.lines()) })
	t.Run("mutants", func(t *testing.T) { mutate(t, rules, all, held) })
}

// lines say when alerts fire.
func lines(rules []Rule, all map[string][]*Play) (text []string) {
	for _, r := range rules {
		for _, p := range all[r.Alert] {
			fired := p.seen[r.Name].fired.lines(p.each())
			if len(fired) == 0 {
				fired = []string{"never"}
			}
			text = append(text, fmt.Sprintf("%s, %s: %s", p.name, r.Name, strings.Join(fired, "; ")))
		}
	}
	return text
}

// compare holds lines to those of a file, or writes it.
func compare(t *testing.T, file string, got []string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(got, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for _, l := range got {
		if !slices.Contains(want, l) {
			t.Errorf("%s has not, and may be made again with -args -update: %s", file, l)
		}
	}
	for _, l := range want {
		if !slices.Contains(got, l) {
			t.Errorf("%s has, and it is not so: %s", file, l)
		}
	}
}

// check holds what fires to what promtool is told.
func (p *Play) check(t *testing.T) {
	t.Helper()
	for _, c := range p.Checks() {
		var fires []string
		for _, of := range p.rules {
			if of.Alert != p.Alert() {
				continue
			}
			for _, line := range p.seen[of.Name].fired.lines(p.each()) {
				if at := firing(line, c.At()); at != "" && !slices.Contains(fires, at) {
					fires = append(fires, at)
				}
			}
		}
		want := slices.Clone(c.Firing())
		slices.Sort(fires)
		slices.Sort(want)
		if !slices.Equal(fires, want) {
			t.Errorf("%s: %v fire at minute %d, want %v", p.name, fires, c.At(), want)
		}
	}
}

// firing is severity@instance, or the severity, of a line if it fires at a minute.
func firing(line string, minute int) string {
	words := strings.Fields(line)
	instance, severity := "", ""
	for _, w := range words {
		if v, ok := strings.CutPrefix(w, "instance="); ok {
			instance = "@" + v
		}
		if v, ok := strings.CutPrefix(w, "severity="); ok {
			severity = v
		}
	}
	for span := range strings.SplitSeq(words[len(words)-1], ",") {
		var from, to int
		if _, err := fmt.Sscanf(span, "%d-%d", &from, &to); err == nil && from <= minute && minute <= to {
			return severity + instance
		}
	}
	return ""
}
