package alerts

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

var (
	arrival = flag.Bool("arrival", false, "run TestArrival, which takes minutes")
	update  = flag.Bool("update", false, "write what TestArrival sees to docs/alerts-proof.md")
	only    = flag.String("only", "", "run these trials of TestArrival alone, by their names and commas")
)

var buildDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "otelkv-alerts-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// Programs of the examples.
const (
	quickstart = "quickstart"
	kvserver   = "kvserver"
)

// build builds the programs, once for all trials.
var build = sync.OnceValue(func() error {
	cmd := exec.Command("go", "build", "-o", buildDir+string(filepath.Separator), "./"+quickstart, "./"+kvserver)
	cmd.Dir = filepath.Join("..", "..", "examples") // a module of its own, with or without the workspace
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
})

// tool returns the path of a server that a module under tools builds. Go's build cache
// keeps it.
func tool(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "tool", "-n", name)
	cmd.Dir = filepath.Join("..", "..", "tools", name)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var stderr process.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		process.Missing(t, fmt.Sprintf("building %s: %v: %s", name, err, stderr.Tail(2000)))
	}
	return strings.TrimSpace(string(out))
}
