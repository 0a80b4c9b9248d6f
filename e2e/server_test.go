package e2e

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
)

// soon is when whatever must happen has happened, on a busy machine, too.
const soon = time.Minute

// installed returns the path of a program, or ends the test.
func installed(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	missing(t, name+" is not installed")
	return ""
}

// missing ends a test that cannot have its server.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("OTELKV_E2E") == "required" {
		t.Fatalf("%s, and OTELKV_E2E=required", why)
	}
	t.Skip(why)
}

// A process is a server that a test runs.
type process struct {
	cmd    *exec.Cmd
	stdout transcript // unless the command has one of its own
	stderr transcript
	ended  chan struct{}
}

// launch runs a command, which the end of the test stops.
func launch(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout = &p.stdout
	}
	cmd.Stderr = &p.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		p.stop(t)
		if ours(cmd) {
			testutil.CheckLog(t, p.stdout.String())
		}
		if t.Failed() {
			t.Logf("%s: %s", cmd.Path, p.stderr.tail(4000))
		}
	})
	return p
}

// ours reports whether a command is one of the example programs, each line of which
// the catalogue has.
func ours(cmd *exec.Cmd) bool {
	return strings.HasPrefix(cmd.Path, buildDir)
}

// stop asks the process to end, and makes it when it does not.
func (p *process) stop(t *testing.T) {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(soon):
		t.Errorf("%s does not end", p.cmd.Path)
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// kill ends the process as a crash would.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.ended
}

// eventually polls until ok returns true. A process that ends fails the test.
func eventually(t *testing.T, p *process, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(soon)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-p.ended:
			t.Fatalf("%s ended before %s", p.cmd.Path, what)
		case <-deadline:
			t.Fatalf("no sign of %s after %v", what, soon)
		case <-tick.C:
		}
	}
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A transcript is a buffer that is read while it is written.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(b)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

func (t *transcript) tail(n int) string {
	s := t.String()
	return s[max(0, len(s)-n):]
}
