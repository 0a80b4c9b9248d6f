package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A dependent is a program that depends on Redis, as far as its probes go.
type dependent struct {
	probes      *health.Health
	transitions chan health.Transition
}

const redisInterval = time.Second

func dependOn(t *testing.T, address string) *dependent {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: address, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	port := health.TCP("port", address).Every(redisInterval)
	port.FailAfter = 100 // nothing but a refused connection ends it
	d := &dependent{transitions: make(chan health.Transition, 100)}
	var err error
	d.probes, err = health.New(
		health.WithOnTransition(func(_ context.Context, c health.Transition) { d.transitions <- c }),
		health.WithChecks(port, health.Check{
			Name: "redis", Reason: "redis down", Interval: redisInterval, Timeout: redisInterval / 2, Network: true,
			Run: func(ctx context.Context) error { return client.Ping(ctx).Err() },
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.probes.Close() })
	return d
}

// becomes waits for checks to change to a status, and returns how.
func (d *dependent) becomes(t *testing.T, status health.Status, checks ...string) map[string]health.Transition {
	t.Helper()
	seen := make(map[string]health.Transition)
	for deadline := time.After(process.Soon); len(seen) < len(checks); {
		select {
		case c := <-d.transitions:
			if c.Status != status {
				t.Errorf("%s became %v (%s): %v", c.Name, c.Status, c.Reason, c.Err)
			}
			seen[c.Name] = c
		case <-deadline:
			t.Fatalf("%v became %v, want %v", seen, status, checks)
		}
	}
	return seen
}

func (d *dependent) answers(t *testing.T, code int, body string) {
	t.Helper()
	for path, want := range map[string]struct {
		code int
		body string
	}{"/readyz": {code, body}, "/healthz": {http.StatusOK, "alive\n"}} {
		mux, res := http.NewServeMux(), httptest.NewRecorder()
		d.probes.Mount(mux)
		mux.ServeHTTP(res, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		if res.Code != want.code || res.Body.String() != want.body {
			t.Errorf("%s: %d %q, want %d %q", path, res.Code, res.Body, want.code, want.body)
		}
	}
}

// A dependency that is gone refuses connections: the first run after that ends
// readiness. It returns on its own.
func TestRedisKilled(t *testing.T) {
	t.Parallel()
	server := redisserver.Start(t)
	d := dependOn(t, server.Address)
	d.becomes(t, health.StatusPass, "redis", "port")
	d.answers(t, http.StatusOK, "ready\n")

	killed := time.Now()
	server.Kill(t)
	for name, c := range d.becomes(t, health.StatusFail, "redis", "port") {
		took := c.Since.Sub(killed)
		t.Logf("%s: %v after %v: %v", name, c.Reason, took, c.Err)
		const busy = 5 * time.Second // a machine may be; the count of runs is exact
		if c.Failures != 1 || took > redisInterval+redisInterval/10+busy {
			t.Errorf("%s failed after %d runs and %v, want one run", name, c.Failures, took)
		}
	}
	d.answers(t, http.StatusServiceUnavailable, "port down\nredis down\n")

	server.Restart(t)
	d.becomes(t, health.StatusPass, "redis", "port")
	d.answers(t, http.StatusOK, "ready\n")
}

// A dependency that is silent may answer again in a moment: the threshold
// decides. The kernel goes on to accept connections for a process that is
// paused, so a check that only connects sees nothing.
func TestRedisPaused(t *testing.T) {
	t.Parallel()
	server := redisserver.Start(t)
	d := dependOn(t, server.Address)
	d.becomes(t, health.StatusPass, "redis", "port")

	t.Cleanup(func() { _ = server.Cmd.Process.Signal(process.GoOn) }) // a paused one cannot end
	paused := time.Now()
	if err := server.Cmd.Process.Signal(process.StandStill); err != nil {
		t.Fatal(err)
	}
	c := d.becomes(t, health.StatusFail, "redis")["redis"]
	t.Logf("%v after %v and %d runs: %v", c.Reason, c.Since.Sub(paused), c.Failures, c.Err)
	if c.Failures != 3 {
		t.Errorf("failed after %d runs, want 3", c.Failures)
	}
	d.answers(t, http.StatusServiceUnavailable, "redis down\n")

	if err := server.Cmd.Process.Signal(process.GoOn); err != nil {
		t.Fatal(err)
	}
	d.becomes(t, health.StatusPass, "redis")
	d.answers(t, http.StatusOK, "ready\n")
}
