// Package kvserver builds and runs the program of that name for tests.
package kvserver

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// Engines are those that need no server of their own.
var Engines = []string{"pebble", "bolt", "memory", "badger"}

// Expires reports whether keys of an engine can have a time to live.
func Expires(engine string) bool { return engine == "badger" }

// A Server is the program, serving.
type Server struct {
	*process.Process
	Host, Port string // for Redis clients
	Address    string // both
	Admin      string // URL
}

var (
	dir   string // of the program, once it is built
	built = sync.OnceValues(build)
)

// Main runs the tests of a package, removes the program, and returns the exit status.
func Main(m *testing.M) int {
	defer func() { _ = os.RemoveAll(dir) }()
	return m.Run()
}

// Build returns the path of the program, which it builds once for all tests of a
// package. The package's TestMain calls [Main].
func Build() (path string, err error) { return built() }

func build() (path string, err error) {
	here, err := exec.CommandContext(context.Background(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/otelkv/otelkv/e2e").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	if dir, err = os.MkdirTemp("", "otelkv-e2e-"); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "kvserver.exe")
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", path, "./kvserver")
	cmd.Dir = filepath.Join(strings.TrimSpace(string(here)), "..", "examples")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// Start runs the program until the end of the test, and returns once it serves. Its
// lines are held to the catalogue.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	path, err := Build()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-drain", "0"}, args...)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	var p *process.Process
	t.Cleanup(func() { // when it has been stopped
		if p != nil {
			testutil.CheckLog(t, p.Stdout.String())
		}
	})
	p = process.Start(t, cmd)
	return Greeted(t, p)
}

var greeting = regexp.MustCompile(`clients at (\S+):(\d+)\n\n  (http://\S+)/metrics`)

// Greeted waits until a process that is the program serves.
func Greeted(t testing.TB, p *process.Process) *Server {
	t.Helper()
	p.Eventually(t, "the greeting", func() bool { return greeting.MatchString(p.Stderr.String()) })
	found := greeting.FindStringSubmatch(p.Stderr.String())
	return &Server{Process: p, Host: found[1], Port: found[2], Address: net.JoinHostPort(found[1], found[2]), Admin: found[3]}
}
