package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

const role = "PROCESS_TEST_ROLE"

// TestMain is also the programs that the tests run.
func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		goleak.VerifyTestMain(m)
	case "server":
		os.Exit(serve())
	case "short":
		fmt.Fprintln(os.Stderr, "done")
		os.Exit(4)
	case "parent": // of a process that holds the pipe of standard output
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), role+"=server")
		child.Stdout = os.Stdout
		if child.Start() != nil {
			os.Exit(1)
		}
		os.Exit(serve())
	}
}

// serve runs until SIGTERM, and returns the exit status.
func serve() int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println("on output")
	fmt.Fprintln(os.Stderr, "ready")
	<-stop
	return 3
}

func command(as string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"="+as)
	return cmd
}

func TestServer(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process gets no SIGTERM here")
	}
	p := process.Start(t, command("server"))
	p.Eventually(t, "its word", func() bool { return p.Stderr.String() == "ready\n" })
	if out := p.Stdout.Tail(7); out != "output\n" {
		t.Errorf("it says %q", out)
	}
	if status := p.Stop(t); status != 3 {
		t.Errorf("exit status %d after SIGTERM, want its own", status)
	}
	if status := p.Stop(t); status != 3 {
		t.Errorf("exit status %d when stopped twice", status)
	}
}

func TestKill(t *testing.T) {
	p := process.Start(t, command("server"))
	p.Eventually(t, "its word", func() bool { return p.Stderr.String() == "ready\n" })
	p.Kill(t)
	if status := p.Wait(t); status == 3 {
		t.Errorf("exit status %d, as after SIGTERM", status)
	}
}

// A program that ends says so at once; what it did before counts.
func TestShort(t *testing.T) {
	p := process.Start(t, command("short"))
	if status := p.Wait(t); status != 4 {
		t.Errorf("exit status %d", status)
	}
	p.Eventually(t, "its word", func() bool { return strings.Contains(p.Stderr.String(), "done") })
	failed := &recorder{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Eventually(failed, "nothing", func() bool { return false })
	}()
	<-ended
	if !strings.Contains(failed.text, "ended before nothing") {
		t.Errorf("a process that has ended: %q", failed.text)
	}
}

// What a group's first process has started ends with it: else its output would stay
// open, and Ended too.
func TestGroup(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no process groups here")
	}
	var ended chan struct{}
	t.Run("group", func(t *testing.T) {
		p := process.StartGroup(t, command("parent"))
		p.Eventually(t, "both", func() bool { return strings.Count(p.Stdout.String(), "on output") == 2 })
		ended = p.Ended
	})
	select {
	case <-ended:
	default:
		t.Error("it runs after its test")
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("OTELKV_E2E", "required")
	failed := &recorder{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		process.Installed(failed, "no-such-program-as-this")
	}()
	<-ended
	if failed.text != "no-such-program-as-this is not installed, and OTELKV_E2E=required" {
		t.Errorf("%q", failed.text)
	}
	address, host, port := process.FreePort(t)
	if address != fmt.Sprintf("%s:%d", host, port) {
		t.Errorf("%s is %s and %d", address, host, port)
	}
}

// A recorder is a test that may fail.
type recorder struct {
	testing.TB
	text string
}

func (*recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
