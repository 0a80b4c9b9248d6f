package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCPUPairs(t *testing.T) {
	var order strings.Builder
	first, second, err := cpuPairs([2]string{"A", "B"}, 4, func(server string) (float64, error) {
		order.WriteString(server)
		return float64(order.Len()), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := order.String(); got != "ABBABAAB" {
		t.Errorf("the order is %s; want ABBABAAB", got)
	}
	if !slices.Equal(first, []float64{1, 4, 6, 7}) || !slices.Equal(second, []float64{2, 3, 5, 8}) {
		t.Errorf("A was measured as %v and B as %v", first, second)
	}
	broken := errors.New("broken")
	if _, _, err := cpuPairs([2]string{}, 1, func(string) (float64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("err = %v; want that of the measurement", err)
	}
}

func TestCPUTime(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("the CPU time of a process on %s: %v", runtime.GOOS, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for time.Since(begin) < 20*time.Millisecond {
		_ = math.Sqrt(float64(begin.Nanosecond()))
	}
	after, err := cpuTime(os.Getpid())
	if err != nil || after <= before {
		t.Errorf("after work the CPU time is %v, before it %v (%v)", after, before, err)
	}
	if _, err := cpuTime(math.MaxInt32 >> 3); err == nil {
		t.Error("a process that does not exist has a CPU time")
	}
}

func TestGreeting(t *testing.T) {
	g := &greeting{complete: make(chan struct{})}
	for _, part := range []string{"kvserver: engine pebble, for Redis cli", "ents at 127.0.0.1:63", "80\n", "Redis clients at elsewhere:1\n"} {
		if _, err := g.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	<-g.complete
	if got := g.address(); got != "127.0.0.1:6380" {
		t.Errorf("address = %q", got)
	}
	if n, err := g.Write(make([]byte, 2*maxGreeting)); n != 2*maxGreeting || err != nil || len(g.text) > maxGreeting {
		t.Errorf("of a long text it takes %d, %v and keeps %d", n, err, len(g.text))
	}
}

// fakePath makes a directory with a redis-benchmark, if wanted, the only place
// where programs are looked for.
func fakePath(t *testing.T, programs ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho no luck\nexit 1\n"), 0o700); err != nil { //nolint:gosec // it is a program
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestServersLeftOut(t *testing.T) {
	if _, err := cpuTime(os.Getpid()); err != nil {
		t.Skip(err)
	}
	tests := []struct {
		name     string
		programs []string
		why      string
	}{
		{"nothing is installed", nil, "redis-benchmark is not installed"},
		{"no Go", []string{redisBenchmark}, "executable file not found"},
		{"a build that fails", []string{redisBenchmark, "go"}, "no luck"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakePath(t, tt.programs...)
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), []string{"-json", "-rounds=1", "-rows=server_cpu"}, &stdout, &stderr); code != 0 {
				t.Fatalf("exit status %d: %s", code, stderr.String())
			}
			if !strings.Contains(stdout.String(), `"rows": []`) {
				t.Errorf("rows are not an empty list in %s", stdout.String())
			}
			var got report
			if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if len(got.LeftOut) != 2 {
				t.Fatalf("left out are %+v; want both rows", got.LeftOut)
			}
			for i, name := range []string{"server_cpu_get", "server_cpu_set"} {
				if o := got.LeftOut[i]; o.Name != name || !strings.Contains(o.Why, tt.why) {
					t.Errorf("left out is %+v; want %s, …%s…", o, name, tt.why)
				}
			}
		})
	}
}

// newKVServer starts the real one, or skips the test.
func newKVServer(t *testing.T, ctx context.Context, flag string) *kvserver {
	t.Helper()
	server, err := startKVServer(ctx, builtKVServer(t), filepath.Join(t.TempDir(), "data"), flag)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.stop)
	return server
}

func builtKVServer(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath(redisBenchmark); err != nil {
		if os.Getenv("OTELKV_E2E") == "required" {
			t.Fatal("redis-benchmark is not installed, and OTELKV_E2E=required")
		}
		t.Skip("redis-benchmark is not installed")
	}
	if _, err := cpuTime(os.Getpid()); err != nil {
		t.Skip(err)
	}
	path, err := buildKVServer(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServerUnderLoad(t *testing.T) {
	servers := [2]*kvserver{newKVServer(t, t.Context(), telemetryOnOff[0]), newKVServer(t, t.Context(), telemetryOnOff[1])}
	for _, test := range []string{"get", "set"} {
		requests, err := warm(servers, test, time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for _, server := range servers {
			ns, err := cpuPerRequest(server, test, requests)
			if err != nil || ns < 10 || ns > 1e7 {
				t.Errorf("%s: a request takes %v ns of CPU, %v", test, ns, err)
			}
		}
	}
}

// An interrupt ends a server, and the run of redis-benchmark with it.
func TestServerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := newKVServer(t, ctx, "-telemetry=true")
	ended := make(chan error)
	go func() { ended <- server.load("get", 1e9) }()
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "kvserver ended under redis-benchmark") {
		t.Errorf("load = %v; want that the server ended", err)
	}
	<-server.exited
	if !strings.Contains(server.said.String(), "kvserver: stopped") {
		t.Errorf("it was cut off: %s", server.said)
	}
}

func TestServerThatDoesNotStart(t *testing.T) {
	path := builtKVServer(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := startKVServer(t.Context(), path, file)
	if err == nil || !strings.Contains(err.Error(), "kvserver ended: ") || !strings.Contains(err.Error(), file) {
		t.Errorf("err = %v; want what kvserver says of %s", err, file)
	}
	if _, err := startKVServer(t.Context(), filepath.Join(file, "none"), file); err == nil {
		t.Error("a program that does not exist starts")
	}
}
