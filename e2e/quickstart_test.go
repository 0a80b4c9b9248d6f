package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	program "github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "otelkv-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDir = dir
	redis.SetLogger(quiet{}) // of the whole process
	code := program.Main(m)
	os.RemoveAll(dir)
	os.Exit(code)
}

var buildDir string

// quickstart is the program of that name, built once for all tests.
var quickstart = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir, "quickstart.exe")
	cmd := exec.Command("go", "build", "-o", path, "./quickstart")
	cmd.Dir = "../examples" // a module of its own, with or without the workspace
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// startQuickstart runs the program until it serves, and returns the host and
// port of its metrics.
func startQuickstart(t *testing.T, env ...string) (p *process.Process, address string) {
	t.Helper()
	return runQuickstart(t, nil, env...)
}

// runQuickstart is startQuickstart with further arguments.
func runQuickstart(t *testing.T, args []string, env ...string) (p *process.Process, address string) {
	t.Helper()
	return runQuickstartTo(t, nil, args, env...)
}

// runQuickstartTo gives it another standard output than a transcript.
func runQuickstartTo(t *testing.T, stdout io.Writer, args []string, env ...string) (p *process.Process, address string) {
	t.Helper()
	path, err := quickstart()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"-listen", "127.0.0.1:0", "-pprof", ""}, args...)...)
	cmd.Env = append(os.Environ(), append([]string{"TMPDIR=" + t.TempDir()}, env...)...)
	cmd.Stdout = stdout
	p = launch(t, cmd)
	url := regexp.MustCompile(`http://(\S+?)/metrics`)
	p.Eventually(t, "the greeting", func() bool { return strings.Contains(p.Stderr.String(), "Stop with") })
	return p, url.FindStringSubmatch(p.Stderr.String())[1]
}
