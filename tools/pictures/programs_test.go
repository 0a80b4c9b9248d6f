package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// A program is one of the examples. It runs as a job of its own, beside one that is well.
type program struct {
	job    string
	name   string // of the example
	fault  string // that it has after a while
	engine string // empty: that of the program
	args   []string
	env    []string
	memory int  // bytes, the limit of a control group of its own; by default it has none
	nice   bool // it gives way to the others

	// strike is what goes wrong besides a fault, and wrong says it.
	strike func(*testing.T, *program)
	wrong  string

	server           *redisserver.Server // of an engine that is one
	address, clients string              // of a kvserver, those of Redis come to the second
	running          *process.Process
}

const quickstart, kvserver = "quickstart", "kvserver"

// lossy is a program whose telemetry loses what that of the examples does not. It has no store.
const lossy = "lossy"

// build builds a program as people do, in the workspace.
func build(t *testing.T, name string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(buildDir, name), source(name))
	cmd.Dir = "../.."
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GOWORK=") })
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
}

// source is where that of a program is.
func source(name string) string {
	if name == lossy {
		return "./e2e/internal/lossy"
	}
	return "./examples/" + name
}

// start runs a program until the end of the test, with one processor: others are for the
// browser.
func (p *program) start(t *testing.T, dir string) {
	t.Helper()
	p.address = process.FreeAddress(t)
	p.clients = process.FreeAddress(t)
	args := []string{"-drain", "0"}
	if p.name == kvserver {
		args = append(args, "-admin", p.address, "-sync=false", "-listen", p.clients)
	} else {
		args = append(args, "-listen", p.address, "-rate", "60")
	}
	if p.engine != "" {
		args = append(args, "-engine", p.engine)
	}
	if p.engine == "redis" {
		p.server = redisserver.Start(t, "--maxmemory", "256mb")
		args = append(args, "-target", p.server.Address)
	}
	if !slices.Contains(p.args, "-pprof") {
		args = append(args, "-pprof", "")
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(buildDir, p.name), append(args, p.args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "GOMAXPROCS=1", "OTEL_BSP_SCHEDULE_DELAY=1000", "OTEL_METRIC_EXPORT_INTERVAL=5000")
	cmd.Env = append(cmd.Env, p.env...)
	if p.memory > 0 {
		take, err := machines.TryMemoryGroup(t, p.memory)
		if err != nil {
			t.Fatalf("a control group for the picture %s: %v", p.job, err)
		}
		take(cmd)
	}
	if p.nice {
		cmd.Args = append([]string{"nice", "-n", "19", cmd.Path}, cmd.Args[1:]...)
		cmd.Path = process.Installed(t, "nice")
	}
	p.running = process.Start(t, cmd)
	// What hangs or has failed need not end well.
	t.Cleanup(func() { _ = p.running.Cmd.Process.Kill() })
}

// await waits until it serves.
func (p *program) await(t *testing.T) {
	t.Helper()
	p.running.Eventually(t, "the greeting of "+p.job, func() bool { return strings.Contains(p.running.Stderr.String(), "Stop with") })
	if p.name == kvserver {
		startClient(t, p.clients)
	}
}

// startClient sets a key of a kvserver, again and again, until the test ends.
func startClient(t *testing.T, address string) {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() { _, _ = io.Copy(io.Discard, conn) })
	done.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if _, err := io.WriteString(conn, "SET key value\r\n"); err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		done.Wait()
	})
}

// turn switches the faults of all programs on. Nobody waits: an answer may come only when
// the fault has ended.
func turn(t *testing.T, programs []*program) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var posts sync.WaitGroup
	for _, p := range programs {
		if p.strike != nil {
			p.strike(t, p)
		}
		if p.fault == "" {
			continue
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.address+"/fault?kind="+p.fault, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		posts.Go(func() {
			if res, err := http.DefaultClient.Do(request); err == nil {
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK {
					t.Errorf("%s: the fault %s: %s", p.job, p.fault, res.Status)
				}
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		posts.Wait()
	})
}

// pause has writes wait in Redis, where they hold all connections of the program.
func pause(t *testing.T, p *program) {
	t.Helper()
	if got := p.server.Do(t, "CLIENT PAUSE 600000 WRITE"); got != "+OK" {
		t.Errorf("CLIENT PAUSE: %s", got)
	}
}

// eventually is process.Eventually with a limit of its own.
func eventually(t *testing.T, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-timeout.C:
			t.Fatalf("no sign of %s after %v", what, limit)
		case <-tick.C:
		}
	}
}
