package everything

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestEverythingIsInTheCatalogue(t *testing.T) {
	p := startProgram(t)
	var report atomic.Pointer[func() []byte]
	profiler := newProfiler(t, p, &report)
	slow := []instrument.Option{
		instrument.WithTelemetry(p), instrument.WithSizes(), instrument.WithSlowThreshold(1, string(catalog.Get)),
		instrument.WithOnSlow(func(ctx context.Context, slow instrument.SlowOperation) string {
			return profiler.OnSlow(ctx, slow.Operation, slow.Duration)
		}),
	}
	remote := newRemote()
	faulty := wrap(t, remote, slow...)
	stores := []*instrument.Store{
		faulty,
		wrap(t, newRedis(t), instrument.WithTelemetry(p)),
		wrap(t, kvdb.NewMemory(nil), slow...),
		wrap(t, newPebble(t), instrument.WithTelemetry(p)),
		wrap(t, newBolt(t), instrument.WithTelemetry(p)),
	}
	for _, store := range stores {
		operate(t.Context(), t, store)
	}
	fail(t.Context(), t, faulty, remote)

	web := serve(t, p)
	probes := newHealth(t, p, profiler, faulty, remote, web)
	tell := probes.Report
	report.Store(&tell)
	floodHooks(t, p)
	profile(t, profiler)
	troubleLog(t, p)
	troubleScrapes(t, p)
	troubleExports(t, p)
	lookAtBare(t, p)
	p.look(t)
	until(t, "what is read each ten seconds", func() bool {
		p.look(t)
		return p.both(catalog.Resource, catalog.CPU) && p.both(catalog.ProfileReason, "memory", "goroutines")
	})

	if err := probes.Drain(t.Context(), 0); err != nil {
		t.Errorf("Drain: %v", err)
	}
	if err := stores[2].Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	p.look(t)

	for _, complaint := range slices.Concat(
		(&comparison{way: catalog.Page, seen: p.page, excused: notSeen}).against(catalogue()),
		(&comparison{way: catalog.OTLP, seen: p.receiver.metrics, excused: notSeen}).against(catalogue()),
	) {
		t.Error(complaint)
	}
	checkLines(t, p.log.text())
}

// serve starts a server whose connections are counted, for what checks over the
// network.
func serve(t *testing.T, p *program) *httptest.Server {
	t.Helper()
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	listener, err := instrument.CountConnections(web.Listener, instrument.WithTelemetry(p))
	if err != nil {
		t.Fatal(err)
	}
	web.Listener = listener
	web.Config.ErrorLog = log.New(io.Discard, "", 0) // of checks that only connect
	web.StartTLS()
	t.Cleanup(web.Close)
	return web
}

// catalogue returns all that there should be.
func catalogue() inventory {
	i := inventory{metrics: catalog.All(), attributes: catalog.Attributes()}
	for _, g := range catalog.Others() {
		i.metrics = append(i.metrics, g.Metrics...)
	}
	known := make(map[string]bool)
	for engine, infos := range declared() {
		for _, info := range infos {
			if known[info.Name] || info.Name == kvdb.StatDiskUtilization { // that is told as a utilization
				continue
			}
			known[info.Name] = true
			m := catalog.Metric{
				Name: info.Name, Unit: info.Unit, Help: info.Help, Kind: catalog.Gauge,
				Attributes: []string{catalog.SystemName, catalog.Namespace},
			}
			if engine == remoteEngine {
				m.Attributes = append(m.Attributes, catalog.ServerAddress, catalog.ServerPort)
			}
			if info.Counter {
				m.Kind = catalog.Counter
			}
			i.metrics = append(i.metrics, m)
		}
	}
	return i
}

// notSeen is what one process cannot show.
var notSeen = exceptions{}
