package runbooks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

var buildDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "otelkv-runbooks-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// programs is the directory of quickstart and kvserver, built once. So are the tools that
// commands start, so that none of them waits for it.
var programs = sync.OnceValues(func() (dir string, err error) {
	for _, args := range [][]string{
		{"build", "-o", filepath.Join(buildDir, "quickstart.exe"), "./quickstart"},
		{"build", "-o", filepath.Join(buildDir, "kvserver.exe"), "./kvserver"},
		{"tool", "-n", "pprof"},
		{"tool", "-n", "trace"},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = "../../examples" // a module of its own, with or without the workspace
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("go %v: %w\n%s", args, err, out)
		}
	}
	return buildDir, nil
})
