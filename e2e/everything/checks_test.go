package everything

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/pprofx"
)

// often is how often checks run that are to change, and seldom the others.
const (
	often  = 50 * time.Millisecond
	seldom = 5 * time.Second
)

// newHealth starts every kind of check, and makes checks end in every way.
func newHealth(t *testing.T, p *program, profiler *pprofx.Profiler, store *instrument.Store, bare kvdb.Store, web *httptest.Server) *health.Health {
	t.Helper()
	var sick atomic.Bool
	// sickly is a check that passes until it may fail.
	sickly := func(name string, kind health.Kind, run func() error) health.Check {
		return health.Check{Name: name, Kind: kind, Interval: often, MaxAge: time.Minute, Run: func(context.Context) error {
			if !sick.Load() {
				return nil
			}
			return run()
		}}
	}
	ran := false
	mended := func(context.Context) error { // by one goroutine at a time
		if ran {
			return nil
		}
		ran = true
		return errOnPurpose
	}
	stuck := make(chan struct{})
	checks := append(health.StoreChecks(bare, seldom),
		health.RoundTrip("round trip", bare, []byte("probe")).Every(seldom),
		health.Engine("engine", bare, nil).Every(seldom),
		health.Traffic("operations", func() (succeeded, failed uint64) {
			all := store.Totals()
			return all.Succeeded, all.Failed
		}, nil).Every(seldom),
		advisory(health.Disk("files", t.TempDir(), nil)),
		advisory(health.Memory("memory", nil)),
		health.HTTP("web", web.URL, web.Client()).Every(seldom),
		health.TCP("port", web.Listener.Addr().String()).Every(seldom),
		health.Certificate("certificate", health.ServedCertificate(web.Listener.Addr().String()), nil).Every(seldom),
		health.Utilization("disk share", health.Stat(bare, kvdb.StatDiskUtilization), nil).Every(seldom),
		health.ReplicationLag("lag", bare, nil).Every(seldom),
		health.Ping("ping", bare).Every(seldom),
		advisory(health.Check{Name: "log", Run: p.CheckLog}),
		health.Check{Name: "mended", Run: mended, Interval: often},
		sickly("fails", health.Readiness, func() error { return errOnPurpose }),
		sickly("warns", health.Readiness, func() error { return health.Warn(errOnPurpose) }),
		sickly("unknown", health.Readiness|health.Startup, func() error { return health.Unknown(errOnPurpose) }),
		sickly("panics", health.Liveness, func() error { panic("on purpose") }),
		sickly("stuck", health.Readiness, func() error {
			<-stuck
			return errOnPurpose
		}),
	)
	h, err := health.New(health.WithTelemetry(p), health.WithChecks(checks...),
		health.WithDetails(func(*http.Request) bool { return true }),
		health.WithOnTransition(func(ctx context.Context, c health.Transition) {
			profiler.OnCheckChange(ctx, pprofx.CheckChange{
				Check: c.Name, Liveness: c.Kind&health.Liveness != 0, WasOK: c.From.OK(), OK: c.Status.OK(),
			})
		}),
		health.WithOnTransition(func(_ context.Context, c health.Transition) {
			if c.Name == "fails" {
				panic("on purpose")
			}
		}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Heartbeat("loop", time.Minute); err != nil {
		t.Error(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("health: %v", err)
		}
	})
	process.Eventually(t, "a program that is ready", func() bool {
		p.look(t)
		return p.both(catalog.Probe, "liveness", "readiness", "startup")
	})
	sick.Store(true)
	want := map[string]health.Status{
		"fails": health.StatusFail, "warns": health.StatusWarn, "unknown": health.StatusUnknown, "panics": health.StatusFail, "stuck": health.StatusUnknown,
	}
	process.Eventually(t, "every state of checks", func() bool {
		n := 0
		for _, s := range h.States() {
			if status, ok := want[s.Name]; ok && s.Status == status && !s.Ended.IsZero() {
				n++
			}
		}
		return n == len(want)
	})
	close(stuck)
	return h
}

// advisory returns a check that keeps nobody from being ready, whatever machine
// this is.
func advisory(c health.Check) health.Check {
	c.Interval, c.Advisory = seldom, true
	return c
}

// floodHooks lets checks change faster than a hook takes.
func floodHooks(t *testing.T, p *program) {
	t.Helper()
	busy := make(chan struct{})
	var checks []health.Check
	for n := range 100 {
		checks = append(checks, health.Check{
			Name: fmt.Sprint("flood-", n), Run: func(context.Context) error { return nil }, Interval: time.Hour, SlowAfter: 1,
		})
	}
	h, err := health.New(health.WithLogger(p.Logger()), health.WithMeterProvider(noop.NewMeterProvider()), health.WithChecks(checks...),
		health.WithOnTransition(func(context.Context, health.Transition) { <-busy }))
	if err != nil {
		t.Fatal(err)
	}
	process.Eventually(t, "all checks", func() bool {
		return !slices.ContainsFunc(h.States(), func(s health.State) bool { return s.Status == health.StatusUnknown })
	})
	close(busy)
	if err := h.Close(); err != nil {
		t.Errorf("health: %v", err)
	}
}
