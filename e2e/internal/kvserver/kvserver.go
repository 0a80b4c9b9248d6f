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
var Engines = []string{"pebble", "bolt", "memory"}

// A Server is the program, serving.
type Server struct {
	*process.Process
	Host, Port string // for Redis clients
	Address    string // both
	Admin      string // URL
}

var (
	dir    string // of the program, once it is built
	binary = sync.OnceValues(build)
)

// Main runs the tests of a package, removes the program, and returns the exit status.
func Main(m *testing.M) int {
	defer func() { _ = os.RemoveAll(dir) }()
	return m.Run()
}

// Binary returns the path of the program, which it builds once for all tests of a
// package. The package's TestMain calls [Main].
func Binary(t testing.TB) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

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
	args = append([]string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-drain", "0"}, args...)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), Binary(t), args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	return Launch(t, cmd)
}

var greeting = regexp.MustCompile(`clients at (\S+):(\d+)\n\n  (http://\S+)/metrics`)

// Launch is Start for a command that runs the program.
func Launch(t testing.TB, cmd *exec.Cmd) *Server {
	t.Helper()
	var s Server
	t.Cleanup(func() { // when it has been stopped
		if s.Process != nil {
			testutil.CheckLog(t, s.Stdout.String())
		}
	})
	s.Process = process.Start(t, cmd)
	s.Eventually(t, "the greeting", func() bool { return greeting.MatchString(s.Stderr.String()) })
	found := greeting.FindStringSubmatch(s.Stderr.String())
	s.Host, s.Port, s.Admin = found[1], found[2], found[3]
	s.Address = net.JoinHostPort(s.Host, s.Port)
	return &s
}
