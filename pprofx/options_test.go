package pprofx

import (
	"errors"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil"
)

func TestOptions(t *testing.T) {
	for name, opts := range map[string][]Option{
		"WithMaxDuration":                     {WithMaxDuration(0)},
		"WithMaxConcurrent":                   {WithMaxConcurrent(0)},
		"WithFlightRecorder":                  {WithFlightRecorder(time.Second, 0)},
		"WithCooldown":                        {WithCooldown(-1)},
		"WithBudget":                          {WithBudget(math.NaN())},
		"WithMutexFraction":                   {WithMutexFraction(-1)},
		"WithBlockRate":                       {WithBlockRate(-1)},
		"WithMemory":                          {WithMemory(nil, -1)},
		"WithMemory(90":                       {WithMemory(nil, 90)},
		"WithGoroutineLimit":                  {WithGoroutineLimit(-1)},
		"WithListener: the listener is a nil": {WithListener((*net.TCPListener)(nil))},
		"WithLabels: a gate is a nil":         {WithLabels((*gate)(nil))},
		"0 bytes":                             {WithDirectory(t.TempDir()), WithDirectoryLimits(0, 1, 0)},
		"missing port":                        {WithAddress("127.0.0.1")},
		"unix:/run":                           {WithAddress("unix:/run")},
		"WithMutexFraction(-":                 {WithMutexFraction(-2), WithBudget(2)},
		"WithBudget(2":                        {WithMutexFraction(-2), WithBudget(2)},
	} {
		want := strings.TrimPrefix(name, "unix:")
		if p, err := Start(opts...); p != nil || err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "pprofx: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	start(t, nil, WithLogger(nil), WithMeterProvider(nil), WithListener(nil), WithLabels(nil))
}

func TestListenerIsClosed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(WithListener(l), WithAddress("127.0.0.1:0")); err == nil {
		t.Error("an address and a listener")
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error("the listener is open")
	}
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(WithListener(l), WithDirectory(file)); err == nil {
		t.Error("a file is no directory")
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error("the listener is open")
	}
}

// TestListenerFails: what ends the server is logged, and Close still works.
func TestListenerFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log, lines := testutil.NewLog(t, zap.InfoLevel)
	p := start(t, WithListener(l), WithLogger(log))
	if p.Addr() != l.Addr() {
		t.Errorf("%v", p.Addr())
	}
	l.Close()
	eventually(t, "logged", func() bool { return strings.Contains(lines.String(), "profiles no longer served") })
}
