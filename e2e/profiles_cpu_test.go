package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// TestCPUProfileSplitsByOperation: go tool pprof reads the program's URL, and
// what it gets says which operation of which store took the time.
func TestCPUProfileSplitsByOperation(t *testing.T) {
	p, _, _ := startProfiled(t, []string{"-rate", "20000"})
	path := filepath.Join(t.TempDir(), "cpu.pb.gz")
	pprof := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool", "pprof"}, args...)...)
		cmd.Env = append(os.Environ(), "PPROF_TMPDIR="+t.TempDir())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v: %s", cmd.Args, err, out)
		}
		return string(out)
	}
	pprof("-proto", "-output", path, profilesURL(p)+"profile?seconds=4")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cpu, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	samples, engine := make(map[string]int), 0
	for _, s := range cpu.Sample {
		for _, operation := range s.Label["db.operation.name"] {
			samples[operation]++
			if s.Label["db.namespace"] == nil || s.Label["db.namespace"][0] != "quickstart" {
				t.Fatalf("the store of a sample is %v", s.Label)
			}
			if within(s, "pebble") {
				engine++
			}
		}
	}
	t.Log(samples)
	if samples["get"] == 0 || samples["scan"] == 0 || len(samples) < 3 || engine == 0 {
		t.Errorf("samples by operation %v, %d of them in the engine", samples, engine)
	}
	if !slices.ContainsFunc(cpu.Sample, func(s *profile.Sample) bool { return within(s, "main.(*shop).browse") }) {
		t.Error("no function of the program")
	}
	if top := pprof("-top", "-tagfocus", "db.operation.name=get", path); !strings.Contains(top, "flat%") {
		t.Errorf("by tag: %s", top)
	}
	if tree := pprof("-top", "-cum", "-tagroot", "db.operation.name", path); !strings.Contains(tree, "get") {
		t.Errorf("by root: %s", tree)
	}
}

// within reports whether a function whose name contains part is in the stack of
// a sample.
func within(s *profile.Sample, part string) bool {
	return slices.ContainsFunc(s.Location, func(l *profile.Location) bool {
		return slices.ContainsFunc(l.Line, func(l profile.Line) bool { return strings.Contains(l.Function.Name, part) })
	})
}
