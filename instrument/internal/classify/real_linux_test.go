package classify_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/instrument/internal/classify"
)

func TestRealFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if _, err := f.WriteString("x"); name(classify.Slot(t.Context(), err)) != noSpace {
		t.Errorf("%v is %s, want %s", err, name(classify.Slot(t.Context(), err)), noSpace)
	}
}

// A process without descriptors can reach no server, and an engine in it no file.
func TestRealTooManyFiles(t *testing.T) {
	const child = "OTELKV_TEST_FEW_DESCRIPTORS"
	if os.Getenv(child) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		if want := "open: unavailable, socket: unavailable"; err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("the child: %v, want %q:\n%s", err, want, out)
		}
		return
	}
	l := listen(t)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 20, Max: 20}); err != nil {
		t.Fatal(err)
	}
	var err error
	for err == nil {
		var f *os.File
		if f, err = os.Open(os.DevNull); err == nil {
			defer f.Close()
		}
	}
	_, errDial := new(net.Dialer).DialContext(context.Background(), "tcp", l.Addr().String())
	if !errors.Is(err, syscall.EMFILE) || !errors.Is(errDial, syscall.EMFILE) {
		t.Fatalf("open: %v, socket: %v", err, errDial)
	}
	t.Logf("open: %s, socket: %s", name(classify.Slot(t.Context(), err)), name(classify.Slot(t.Context(), errDial)))
}
