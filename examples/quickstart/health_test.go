package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace/noop"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// statsMemory is a store on a disk that is half full.
type statsMemory struct{ *kvdb.Memory }

func (statsMemory) StatInfos() []kvdb.StatInfo {
	return []kvdb.StatInfo{{Name: kvdb.StatDiskUtilization, Unit: "1", Help: "Used share of the disk"}}
}

func (statsMemory) AppendStats(_ context.Context, dst []float64) ([]float64, error) {
	return append(dst, 0.5), nil
}

// healthyMemory is one that also says that it has not failed, as engines do.
type healthyMemory struct{ statsMemory }

func (m healthyMemory) StatInfos() []kvdb.StatInfo {
	return append(m.statsMemory.StatInfos(), kvdb.StatInfo{Name: kvdb.StatFailed, Help: "Whether the store has to be opened again"})
}

func (m healthyMemory) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	dst, err := m.statsMemory.AppendStats(ctx, dst)
	return append(dst, 0), err
}

// A watched is a stocked store under load, with its faults and its probes.
type watched struct {
	t      *testing.T
	faults *fault.Switch
	probes *health.Health
	mux    *http.ServeMux
}

// watch runs test in a bubble, some seconds after the start.
func watch(t *testing.T, test func(w *watched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{t: t, mux: http.NewServeMux()}
		faulty := fault.New(healthyMemory{statsMemory{kvdb.NewMemory(nil)}}, "pebble", true)
		store, err := instrument.Wrap(faulty, instrument.WithRegistry(instrument.NewRegistry()))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if w.faults, err = faulty.Start(fault.Program{Calls: store, OwnLoad: true}, fault.Fault{}); err != nil {
			t.Fatal(err)
		}
		defer w.faults.Close()
		stocked := make(chan struct{})
		checks := config{}.storeChecks(observe.StoreInfo{Store: faulty, Totals: func() (succeeded, failed uint64) {
			t := store.Totals()
			return t.Succeeded, t.Failed
		}})
		if w.probes, err = health.New(health.WithChecks(append(checks, startup(stocked))...)); err != nil {
			t.Fatal(err)
		}
		defer w.probes.Close()
		w.probes.Mount(w.mux)
		w.wants("/startupz", http.StatusServiceUnavailable, "stock unknown: not checked yet\n")
		close(stocked)
		synctest.Wait()
		w.wants("/startupz", http.StatusOK, "started\n")

		ctx, stop := context.WithCancel(t.Context())
		var load sync.WaitGroup
		defer load.Wait()
		defer stop()
		load.Go(func() {
			for ctx.Err() == nil {
				_ = store.Put(ctx, []byte("key"), nil)
				time.Sleep(time.Millisecond)
			}
		})
		time.Sleep(10 * time.Second)
		test(w)
	})
}

func (w *watched) set(k fault.Kind) {
	w.t.Helper()
	if err := w.faults.Set(fault.Fault{Kind: k}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watched) get(path string) (status int, body string) {
	synctest.Wait()
	res := httptest.NewRecorder()
	w.mux.ServeHTTP(res, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return res.Code, res.Body.String()
}

func (w *watched) wants(path string, status int, body string) {
	w.t.Helper()
	if s, b := w.get(path); s != status || b != body {
		w.t.Errorf("GET %s: %d %q, want %d %q", path, s, b, status, body)
	}
}

// TestFaultsFlipReadiness: each that should does within five seconds, and its
// end does.
func TestFaultsFlipReadiness(t *testing.T) {
	const within = 5 * time.Second
	for kind, reason := range map[fault.Kind]string{
		fault.Errors:    "database down\n",
		fault.Slow:      "", // no reason to send traffic elsewhere
		fault.Lag:       "replication lag too high\n",
		fault.Replica:   "",
		fault.Disk:      "disk full\n",
		fault.Hang:      "",
		fault.Canceled:  "",
		fault.Conflicts: "",
		fault.Idle:      "",
		fault.Unknown:   "database unknown: running for ", // some seconds
	} {
		t.Run(kind.String(), func(t *testing.T) {
			for range 5 { // the checks run at random moments
				watch(t, func(w *watched) {
					w.wants("/readyz", http.StatusOK, "ready\n")
					w.set(kind)
					time.Sleep(within)
					if reason == "" {
						w.wants("/readyz", http.StatusOK, "ready\n")
					} else {
						if status, body := w.get("/readyz"); status != http.StatusServiceUnavailable || !strings.HasPrefix(body, reason) {
							t.Errorf("GET /readyz: %d %q, want 503 %q", status, body, reason)
						}
					}
					w.wants("/healthz", http.StatusOK, "alive\n")
					w.wants("/startupz", http.StatusOK, "started\n")
					w.set(fault.None)
					time.Sleep(within)
					w.wants("/readyz", http.StatusOK, "ready\n")
				})
			}
		})
	}
}

// TestHeartbeat: the load is alive while its loop goes round, and not once it
// hangs.
func TestHeartbeat(t *testing.T) {
	watch(t, func(w *watched) {
		loop, err := w.probes.Heartbeat("load", longestSilence)
		if err != nil {
			t.Fatal(err)
		}
		var hangs atomic.Bool
		hang := make(chan struct{})
		l := startLoad(stockedShop(t, kvdb.NewMemory(nil)), noop.NewTracerProvider(), 100, func() {
			loop.Beat()
			if hangs.Load() {
				<-hang
			}
		}, never)
		time.Sleep(2 * longestSilence)
		w.wants("/healthz", http.StatusOK, "alive\n")
		hangs.Store(true)
		const more = 2 * time.Second
		time.Sleep(longestSilence + more)
		w.wants("/healthz", http.StatusInternalServerError, fmt.Sprintf("load silent for %v\n", longestSilence+more))
		close(hang)
		time.Sleep(time.Second)
		w.wants("/healthz", http.StatusOK, "alive\n")
		l.stop()
	})
}
