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
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestEverythingIsInTheCatalogue(t *testing.T) {
	p := startProgram(t)
	var report atomic.Pointer[func() []byte]
	profiler := newProfiler(t, p, &report)
	slow := []instrument.Option{
		instrument.WithTelemetry(p), instrument.WithSizes(), instrument.WithSlowThreshold(1, string(catalog.Get), string(catalog.Update), string(catalog.BatchPut)),
		instrument.WithOnSlow(func(ctx context.Context, slow instrument.SlowOperation) string {
			// As if they had begun before the first recording ended, which all name then.
			return profiler.OnSlow(ctx, slow.Operation, slow.Duration+time.Hour)
		}),
	}
	remote := newRemote()
	shown := instrument.LogOptions{
		Successes: true, Keys: true,
		Fields: func(context.Context) []zap.Field { return []zap.Field{appField("further")} },
	}
	faulty := wrap(t, remote, append(slow, instrument.WithLogOptions(shown))...)
	eventful := newRemote()
	eventful.Info.Namespace = "eventful"
	events := wrap(t, eventful, append(slow, instrument.WithSpanOptions(instrument.SpanOptions{ParentEvents: true}))...)
	server := redisserver.Start(t)
	hookRedis(t, p, server)
	later := make(chan struct{})
	stores := []*instrument.Store{
		faulty,
		wrap(t, newRedis(t, server), instrument.WithTelemetry(p)),
		wrap(t, kvdb.NewMemory(nil), slow...),
		wrap(t, newPebble(t), instrument.WithTelemetry(p)),
		wrap(t, teller{kvdb.NewMemory(nil), later}, instrument.WithTelemetry(p)),
		events,
		wrap(t, newBolt(t), instrument.WithTelemetry(p)),
		wrap(t, newBadger(t), instrument.WithTelemetry(p)),
	}
	for _, store := range stores {
		operate(traced(t, p), t, store)
	}
	fail(traced(t, p), t, faulty, remote)
	fail(traced(t, p), t, events, eventful)
	recordCalls(t, p)

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
	changeLevel(t, p)
	misfits(t, p)
	profilersAside(t, p, web)
	observersAside(t, p)
	p.look(t)
	process.Eventually(t, "what is read each ten seconds", func() bool {
		p.look(t)
		return p.both(catalog.Resource, catalog.CPU) && p.both(catalog.ProfileReason, "memory", "goroutines")
	})

	fail(traced(t, p), t, faulty, remote) // with lines that say what was held back
	close(later)
	p.endRequests()
	if err := probes.Drain(t.Context(), 0); err != nil {
		t.Errorf("Drain: %v", err)
	}
	if err := stores[2].Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	p.look(t)
	written := newLines(false)
	written.text(p.log.text())

	for _, complaint := range slices.Concat(
		written.against(catalog.Lines(), []string{"instrument", "health", "pprofx", "otelsetup", "otelsetup/observe"}, notLogged),
		p.receiver.lines.against(catalog.Lines(), []string{"instrument", "health", "pprofx"}, notExported), p.receiver.spans.against(),
		(&comparison{way: catalog.Page, seen: p.page, excused: notSeen}).against(catalogue()),
		(&comparison{way: catalog.OTLP, seen: p.receiver.metrics, excused: notSeen}).against(catalogue()),
	) {
		t.Error(complaint)
	}
	testutil.CheckLog(t, p.log.text()) // the types of fields
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
			if engine == remoteEngine || engine == remoteClient {
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

// What one process cannot show.
var (
	notSeen = exceptions{
		"/metrics: kvdb_clock_fallbacks_total":      "it takes a machine whose clocks disagree; package instrument tests it",
		"OTLP: kvdb.clock.fallbacks":                "it takes a machine whose clocks disagree; package instrument tests it",
		"/metrics: kvdb_in_flight_hung_age_seconds": "it takes half a minute; package instrument tests it",
		"OTLP: kvdb.in_flight.hung_age":             "it takes half a minute; package instrument tests it",
		"/metrics: network_transport, tcp,":         "spans of kvserver have it, and no metric; package examples/kvserver tests it",
		"OTLP: network.transport, tcp,":             "spans of kvserver have it, and no metric; package examples/kvserver tests it",
	}
	notLogged = exceptions{
		`"clock fell back"`:                          "it takes a machine whose clocks disagree; package instrument tests it",
		`"operation in flight for long"`:             "it takes half a minute; package instrument tests it",
		`"http server reported" at warn`:             "the example programs write it",
		`"evidence not deleted"`:                     "it takes a file that is mounted; package pprofx tests it",
		`suppressed of "callback failed"`:            "its next line comes after a minute",
		`suppressed of "evidence not captured"`:      "its next line comes after ten minutes",
		`suppressed of "export failed"`:              "its next line comes after a minute",
		`suppressed of "profiles refused"`:           "its next line comes after a minute",
		`suppressed of "records mended"`:             "its next line comes after a minute",
		`suppressed of "web configuration reported"`: "its next line comes after a minute",
	}
	notExported = exceptions{
		`"clock fell back"`:                     "it takes a machine whose clocks disagree; package instrument tests it",
		`"operation in flight for long"`:        "it takes half a minute; package instrument tests it",
		`"http server reported" at warn`:        "the example programs write it",
		`"log lines dropped"`:                   "it is about the log; of the loggers of programs, packages test it",
		`"evidence not deleted"`:                "it takes a file that is mounted; package pprofx tests it",
		`suppressed of "evidence not captured"`: "its next line comes after ten minutes",
		`suppressed of "profiles refused"`:      "its next line comes after a minute",
	}
)
