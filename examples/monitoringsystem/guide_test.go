//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

const guide = "../../docs/guides/monitoring-a-kv-database.md"

// blocks returns the blocks of the guide in one language.
func blocks(t *testing.T, language string) (found []string) {
	t.Helper()
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(string(readFile(t, guide)), -1) {
		found = append(found, m[1])
	}
	if len(found) == 0 {
		t.Fatalf("%s has no block of %s", guide, language)
	}
	return found
}

// TestGuideShowsTheProgram: what it quotes stands in the example.
func TestGuideShowsTheProgram(t *testing.T) {
	source := string(readFile(t, "monitoringsystem.go"))
	for _, block := range blocks(t, "go") {
		if !strings.Contains(source, block) {
			t.Errorf("not in the example:\n%s", block)
		}
	}
}

// TestGuide types what the guide says, and wants what it shows.
func TestGuide(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		process.Installed(t, tool)
	}
	build := filepath.Join(t.TempDir(), "build")
	bash := func(command string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(command, ".build", build))
		cmd.Dir = "../.."
		return cmd
	}
	starts := blocks(t, "sh")
	const run = "go run ./examples/monitoringsystem"
	if len(starts) != 1 || strings.Count(starts[0], run) != 1 {
		t.Fatalf("%d ways to start, want one", len(starts))
	}
	// So that the guide's own command starts at once.
	if out, err := bash(run + " -help").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := launch(t, bash(strings.Replace(starts[0], run, run+" -listen 127.0.0.1:0", 1)))

	for _, block := range blocks(t, "console") {
		for step := range strings.SplitSeq(strings.TrimPrefix(block, "$ "), "\n$ ") {
			command, want, _ := strings.Cut(step, "\n")
			pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(want, "\n")), "…", ".+") + "\n?$"
			var got string
			if !poll(func() bool {
				out, _ := bash(strings.ReplaceAll(command, "http://127.0.0.1:8080", p.url)).Output()
				got = string(out)
				return regexp.MustCompile(pattern).MatchString(got)
			}) {
				t.Errorf("$ %s\n%s\nwant\n%s", command, got, want)
			}
		}
	}
}
