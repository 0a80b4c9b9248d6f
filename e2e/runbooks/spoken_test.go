package runbooks

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// spoken are the commands within sentences, which are not about a program that runs. Those
// that find what they want on any machine are run, and print what is wanted; of the others it
// is said why not. What does not end is stopped once it has.
var spoken = map[string]struct {
	want, why string
	endless   bool
}{
	"amtool check-config alertmanager.yaml":       {want: `SUCCESS`},
	"promtool check rules --lint=none rules.yaml": {want: `SUCCESS: \d+ rules found`},
	"df -h": {want: `(?s)Use%.*\d%`},
	"df -i": {want: `IUse%`},

	"dmesg -T": {want: `^(\[|dmesg: read kernel buffer failed|$)`}, // a kernel need not show its log to a test

	"iostat -x 5":  {want: `\bw_await\b.*%util`, endless: true},
	"pidstat -d 5": {want: `\bkB_wr/s\b.*Command`, endless: true},

	"go tool trace FILE":   {why: "it opens a browser, and a block reads such a file"},
	"kubectl describe pod": {why: "it wants a cluster"},

	"mixin -capacity": {why: "every test of this package runs what it does, to have the runbook"},

	"appendfsync always": {why: "it is no command, but a line of a configuration"},
	"engine failure":     {why: "it is no command, but the reason of a check"},
}

var (
	fenced = regexp.MustCompile("(?ms)^```.*?^```$")
	inline = regexp.MustCompile("`([a-z][a-z-]* [^`\n]+)`")
)

// spokenIn returns what may be a command within the sentences of a runbook.
func spokenIn(text string) (found []string) {
	for _, m := range inline.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		if _, isLine := catalog.FindLine(m[1]); !isLine {
			found = append(found, m[1])
		}
	}
	return found
}

// TestSpoken: a command within a sentence is run, or it is said why it is not.
func TestSpoken(t *testing.T) {
	files, err := generate.Files(parameters())
	if err != nil {
		t.Fatal(err)
	}
	dir, used := t.TempDir(), make(map[string]bool)
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name, ".md") || strings.HasSuffix(f.Name, "README.md") {
			continue
		}
		for _, c := range spokenIn(f.Text) {
			if s, ok := spoken[c]; !ok || (s.want == "") == (s.why == "") {
				t.Errorf("%s: %q is not run: make it a block, or say here why it cannot be", f.Name, c)
			}
			used[c] = true
		}
	}
	for c, s := range spoken {
		if !used[c] {
			t.Errorf("no runbook has %q", c)
		}
		switch {
		case s.want == "":
		case s.endless:
			listen(t, c, s.want)
		default:
			// df fails, and prints, where it may not look at each disk
			if out, err := speak(t, dir, c); !regexp.MustCompile(s.want).MatchString(out) {
				t.Errorf("%s: %v: %s", c, err, tail(out))
			}
		}
	}
	brokenAt(t, dir)
}

// brokenAt: the line of a rule that is refused is named, as a runbook says.
func brokenAt(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, "rules.yaml")
	if err := os.WriteFile(file, []byte("groups:\n- name: a\n  rules:\n  - record: b\n    expr: sum(\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := speak(t, dir, "promtool check rules --lint=none rules.yaml"); err == nil || !regexp.MustCompile(`\b5:11: `).MatchString(out) {
		t.Errorf("rules that are refused: %v: %s", err, out)
	}
}

// listen runs what does not end until it has printed what is wanted.
func listen(t *testing.T, text, want string) {
	t.Helper()
	words := strings.Fields(text)
	p := process.Start(t, exec.CommandContext(t.Context(), process.Installed(t, words[0]), words[1:]...))
	pattern := regexp.MustCompile(want)
	p.Eventually(t, text, func() bool { return pattern.MatchString(p.Stdout.String()) })
	p.Stop(t)
}

func speak(t *testing.T, dir, text string) (string, error) {
	t.Helper()
	words := strings.Fields(text)
	cmd := exec.CommandContext(t.Context(), process.Installed(t, words[0]), words[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestSpokenIn(t *testing.T) {
	got := spokenIn("Run `df -h` and `unknown`,\n`(a b)`.\n\n```sh\necho `uname -a`\n```\n\nSee `check changed`, `rm -r`.")
	if len(got) != 2 || got[0] != "df -h" || got[1] != "rm -r" {
		t.Errorf("%q", got)
	}
}
