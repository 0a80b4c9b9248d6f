package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// A patient is a store that fails as it is told: its pings, or its operations.
type patient struct {
	kvdb.Store
	ping, put atomic.Pointer[error]
}

func (p *patient) Ping(context.Context) error { return *p.ping.Load() }

func (p *patient) Put(ctx context.Context, key, value []byte) error {
	if err := *p.put.Load(); err != nil {
		return err
	}
	return p.Store.Put(ctx, key, value)
}

func TestHealth(t *testing.T) {
	var fine error
	down := errors.New("down")
	for _, tt := range []struct {
		name      string
		ping, put *error
		body      string
	}{
		{"pings fail", &down, &fine, "database down\n"},
		{"operations fail", &fine, &down, "operations failing\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &patient{Store: memory(t)}
				p.ping.Store(tt.ping)
				p.put.Store(&fine)
				obs, err := observe.Start(t.Context(), observe.WithAddress(""), observe.WithProfiles(""), observe.WithLogger(zap.NewNop()),
					observe.WithCheckInterval(checkInterval), observe.WithStoreChecks(config{}.checks(t.TempDir())))
				if err != nil {
					t.Fatal(err)
				}
				defer obs.Shutdown(context.Background())
				store, err := obs.Wrap(p)
				if err != nil {
					t.Fatal(err)
				}
				defer store.Close()
				ctx, stop := context.WithCancel(t.Context())
				var load sync.WaitGroup
				defer load.Wait()
				defer stop()
				load.Go(func() {
					for ctx.Err() == nil {
						_ = store.Put(ctx, []byte("key"), nil)
						time.Sleep(10 * time.Millisecond)
					}
				})
				want := func(path string, status int, body string) {
					t.Helper()
					synctest.Wait()
					res := httptest.NewRecorder()
					obs.Handler().ServeHTTP(res, httptest.NewRequest(http.MethodGet, path, http.NoBody))
					if res.Code != status || res.Body.String() != body {
						t.Errorf("%s: %d %q, want %d %q", path, res.Code, res.Body, status, body)
					}
				}

				if tt.ping == &down {
					time.Sleep(10 * time.Second)
					want("/startupz", http.StatusServiceUnavailable, "database down\n")
					want("/healthz", http.StatusOK, "alive\n")
				}
				p.ping.Store(&fine)
				time.Sleep(3 * time.Second)
				want("/startupz", http.StatusOK, "started\n")
				want("/readyz", http.StatusOK, "ready\n")
				p.ping.Store(tt.ping)
				p.put.Store(tt.put)
				time.Sleep(5 * time.Second)
				want("/readyz", http.StatusServiceUnavailable, tt.body)
				want("/startupz", http.StatusOK, "started\n")
				want("/healthz", http.StatusOK, "alive\n")
			})
		})
	}
}

// TestChecks: each engine has the checks of what it stands on.
func TestChecks(t *testing.T) {
	for _, e := range engines {
		dir := ""
		if e.files {
			dir = t.TempDir()
		}
		store, err := e.open(t.Context(), openOptions{dir: dir, target: targetOf(t, e), has: capacity{cache: 8 << 20, table: 4 << 20, files: 100}})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		names := make(map[string]bool)
		of := config{}.checks(dir)(observe.StoreInfo{Store: store})
		for _, c := range of {
			names[c.Name] = true
		}
		if !names["database"] || names["operations"] || names["disk"] != e.files || names["engine"] == e.inMemory() || names["engine failure"] != e.files {
			t.Errorf("engine %s has %v", e.name, names)
		}
		probes, err := health.New(health.WithMeterProvider(noop.NewMeterProvider()), health.WithChecks(of...))
		if err != nil {
			t.Fatal(err)
		}
		if err := probes.Close(); err != nil {
			t.Error(err)
		}
	}
}
