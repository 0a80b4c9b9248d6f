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
// is said why not.
var spoken = map[string]struct{ want, why string }{
	"amtool check-config alertmanager.yaml":       {want: `SUCCESS`},
	"promtool check rules --lint=none rules.yaml": {want: `SUCCESS: \d+ rules found`},
	"df -h": {want: `(?s)Use%.*\d%`},
	"df -i": {want: `IUse%`},

	"bbolt check FILE":         {why: "a tool of the engine, for a file that no program has open"},
	"bbolt compact -o NEW OLD": {why: "a tool of the engine, for a file that no program has open"},
	"pebble db check DIR":      {why: "a tool of the engine, for a directory that no program has open"},
	"dmesg -T":                 {why: "a kernel need not show its log to a test"},
	"iostat -x 5":              {why: "it does not end, and is about the machine's disks"},
	"pidstat -d 5":             {why: "it does not end, and is about the machine's disks"},
	"go tool trace FILE":       {why: "it opens a browser, and a block reads such a file"},
	"kubectl describe pod":     {why: "it wants a cluster"},

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
		if s.want != "" {
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
