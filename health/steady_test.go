package health_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// flipping counts how often the checks of a Health change whether it is ready.
func flipping(t *testing.T, h **health.Health, checks ...health.Check) (flips func() int) {
	t.Helper()
	n := 0
	var err error
	*h, err = health.New(health.WithChecks(checks...), health.WithOnTransition(func(_ context.Context, tr health.Transition) {
		if tr.From != health.StatusUnknown && tr.Status.OK() != tr.From.OK() {
			n++
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return func() int { synctest.Wait(); return n }
}

// TestOnTheEdge: what stays near its limit changes readiness once, and what falls
// below it clearly ends that.
func TestOnTheEdge(t *testing.T) {
	store := testutil.NewFaulty()
	for name, tc := range map[string]struct {
		limit, noise float64 // the latter as a share of the limit
		check        func(read func() float64) health.Check
	}{
		"a disk": {0.9, 0.01, func(read func() float64) health.Check {
			return health.Utilization("disk", func(context.Context) (float64, error) { return read(), nil }, nil)
		}},
		"a lag": {5, 0.1, func(read func() float64) health.Check {
			store.Lag = func(context.Context) (map[string]time.Duration, error) {
				return map[string]time.Duration{"a": time.Duration(read() * float64(time.Second))}, nil
			}
			return health.ReplicationLag("replication", store, nil)
		}},
		"stalls": {0.5, 0.5, func(read func() float64) health.Check {
			stalled, last := 0.0, time.Now()
			store.Report(testutil.Counter(kvdb.StatWriteStallTime, "s", "Stalls", 0))
			store.Stats = func(_ context.Context, dst []float64) ([]float64, error) {
				stalled += read() * time.Since(last).Seconds()
				last = time.Now()
				return append(dst, stalled), nil
			}
			return health.Engine("engine", store, nil)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(1, 2))
				var fallen atomic.Bool
				var h *health.Health
				flips := flipping(t, &h, tc.check(func() float64 {
					level := tc.limit
					if fallen.Load() {
						level /= 10
					}
					return level * (1 + tc.noise*(2*random.Float64()-1))
				}).Every(time.Second))
				defer h.Close()
				time.Sleep(time.Hour)
				if n := flips(); n > 1 || h.Ready() {
					t.Errorf("in an hour at the limit it flips %d times, ready %t", n, h.Ready())
				}
				fallen.Store(true)
				time.Sleep(time.Minute)
				if n := flips(); n > 2 || !h.Ready() {
					t.Errorf("far below it flips %d times, ready %t", n, h.Ready())
				}
			})
		})
	}
}

// TestReplicasThatMove: a replica that is back under another address, a planned
// scale-down and a store that loses all of them leave the program ready; old values,
// and a store that cannot tell, do not.
func TestReplicasThatMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := testutil.NewFaulty()
		var mu sync.Mutex
		lags, failure := map[string]time.Duration{"a:1": 0, "b:0": 0}, error(nil)
		list := func(next map[string]time.Duration, err error) {
			mu.Lock()
			defer mu.Unlock()
			lags, failure = next, err
		}
		store.Lag = func(context.Context) (map[string]time.Duration, error) {
			mu.Lock()
			defer mu.Unlock()
			return lags, failure
		}
		var h *health.Health
		flips := flipping(t, &h, health.ReplicationLag("replication", store, nil).Every(time.Second))
		defer h.Close()
		mux := http.NewServeMux()
		h.Mount(mux)
		want := func(code int, body string) {
			t.Helper()
			synctest.Wait()
			res := httptest.NewRecorder()
			mux.ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/readyz/?verbose", http.NoBody))
			if res.Code != code || res.Body.String() != body {
				t.Errorf("%d %q, want %d %q", res.Code, res.Body, code, body)
			}
		}
		const missing = "[!] replication: warn (replication misses a replica)\nready\n"
		time.Sleep(10 * time.Second)
		want(http.StatusOK, "[+] replication: pass\nready\n")
		for i := range 100 {
			list(map[string]time.Duration{"a:1": 0}, nil)
			time.Sleep(10 * time.Second)
			want(http.StatusOK, missing)
			list(map[string]time.Duration{"a:1": 0, fmt.Sprint("b:", i): 0}, nil)
			time.Sleep(10 * time.Second)
			want(http.StatusOK, "[+] replication: pass\nready\n")
		}
		list(map[string]time.Duration{"a:1": 0}, nil)
		time.Sleep(4 * time.Minute)
		want(http.StatusOK, missing)
		time.Sleep(2 * time.Minute)
		want(http.StatusOK, "[+] replication: pass\nready\n")
		list(map[string]time.Duration{}, nil)
		time.Sleep(time.Hour)
		want(http.StatusOK, "[!] replication: warn (replication has no replica)\nready\n")
		if n := flips(); n != 0 {
			t.Errorf("readiness flipped %d times", n)
		}
		list(map[string]time.Duration{"c:1": time.Minute}, nil)
		time.Sleep(5 * time.Second)
		want(http.StatusServiceUnavailable, "[-] replication: fail (replication lag too high)\nnot ready\n")
		list(nil, kvdb.ErrLagUnknown)
		time.Sleep(5 * time.Second)
		want(http.StatusServiceUnavailable, "[?] replication: unknown (replication lag unknown)\nnot ready\n")
	})
}

// TestOneCheckTwice: a Check that is registered under two names, or again while its last
// run goes on, keeps one memory. The race detector looks on.
func TestOneCheckTwice(t *testing.T) {
	store := testutil.NewFaulty()
	store.Report(testutil.Counter(kvdb.StatWriteStallTime, "s", "Stalls", 0), testutil.Disk(0.5))
	store.Lag = func(context.Context) (map[string]time.Duration, error) { return map[string]time.Duration{"a": 0}, nil }
	checks := []health.Check{
		health.Ping("ping", store),
		health.RoundTrip("trip", store, []byte("otelkv.health")),
		health.Traffic("traffic", func() (uint64, uint64) { return 1000, 1 }, nil),
		health.ReplicationLag("replication", store, nil),
		health.Utilization("disk", health.Stat(store, kvdb.StatDiskUtilization), nil),
		health.Memory("memory", &health.Limits{Warn: 1, Fail: 1}),
		health.Engine("engine", store, nil),
	}
	var at sync.WaitGroup
	for range 4 {
		at.Go(func() {
			for range 200 {
				for _, c := range checks {
					if err := c.Run(t.Context()); err != nil && c.Name != "memory" {
						t.Errorf("%s: %v", c.Name, err)
					}
				}
			}
		})
	}
	at.Wait()
}
