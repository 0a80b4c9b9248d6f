package observe_test

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

// TestOwnProviders: each part can report to providers of the program's own, which
// are as they were after Shutdown.
func TestOwnProviders(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	defer meters.Shutdown(t.Context())
	spans := tracetest.NewInMemoryExporter()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	defer tracers.Shutdown(t.Context())

	o, _ := start(t, observe.WithTelemetryOptions(otelsetup.WithTracerProvider(tracers)),
		observe.WithStoreMeterProvider(meters),
		observe.WithHealthOptions(health.WithMeterProvider(meters)),
		observe.WithProfilerOptions(pprofx.WithMeterProvider(meters)))
	store, err := o.Wrap(kvdb.NewMemory(nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, parent := tracers.Tracer("shop").Start(t.Context(), "request")
	if err := store.Put(ctx, []byte("key"), nil); err != nil {
		t.Error(err)
	}
	parent.End()

	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	collected := testutil.Flatten(all.ScopeMetrics)
	for _, name := range []string{"kvdb.requests", "health.check.status", "pprofx.captures"} {
		if len(collected.Find(name)) == 0 {
			t.Errorf("the MeterProvider of the program has no %s", name)
		}
	}
	if _, page := get(t, o, "/metrics"); strings.Contains(page, "kvdb_requests_total") || strings.Contains(page, "health_check_status") || strings.Contains(page, "pprofx_") {
		t.Error("what goes to the program's MeterProvider is on /metrics as well")
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	var names []string
	for _, s := range spans.GetSpans() {
		names = append(names, s.Name)
	}
	if strings.Join(names, ", ") != "put memory, request" {
		t.Errorf("the TracerProvider of the program has the spans %q", names)
	}
	if _, s := tracers.Tracer("shop").Start(t.Context(), "later"); !s.IsRecording() {
		t.Error("the TracerProvider of the program is shut down")
	}
}

// globals is all that a program shares with those that it imports.
func globals(t *testing.T) map[string]any {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{
		"meter provider": otel.GetMeterProvider(), "tracer provider": otel.GetTracerProvider(), "logger provider": otel.GetLoggerProvider(),
		"zap": zap.L(), "slog": slog.Default(), "log": log.Writer(), "fields of the propagator": len(otel.GetTextMapPropagator().Fields()),
		"metrics of the default registry": len(families), "transport": http.DefaultTransport, "transport of the client": http.DefaultClient.Transport,
	}
	for _, path := range []string{"/", "/metrics", "/readyz", "/healthz", "/loglevel", "/debug/pprof/"} {
		_, pattern := http.DefaultServeMux.Handler(httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		all["pattern of "+path] = pattern
	}
	return all
}

// TestNothingGlobal: neither what OpenTelemetry, Prometheus' client and zap share, nor
// http.DefaultServeMux is touched.
func TestNothingGlobal(t *testing.T) {
	before := globals(t)
	o, _ := start(t, observe.WithDirectory(t.TempDir()))
	store, err := o.Wrap(kvdb.NewMemory(nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, parent := o.Telemetry().TracerProvider().Tracer("shop").Start(t.Context(), "request", trace.WithNewRoot())
	_ = store.Put(ctx, []byte("key"), nil)
	parent.End()
	get(t, o, "/metrics")
	for _, when := range []string{"while it runs", "afterwards"} {
		for name, is := range globals(t) {
			if is != before[name] {
				t.Errorf("%s, the %s is %v, was %v", when, name, is, before[name])
			}
		}
		_ = store.Close()
		_ = o.Shutdown(t.Context())
	}
}

// TestOwnMarks: the hooks, the credentials and the limits of parts that Start starts can be the
// program's.
func TestOwnMarks(t *testing.T) {
	changes := make(chan health.Transition, 10)
	o, log := start(t, observe.WithProfilerOptions(pprofx.WithToken("0123456789abcdef0123456789abcdef")), observe.WithCheckInterval(20*time.Millisecond),
		observe.WithChecks(failing), observe.WithHealthOptions(health.WithOnTransition(func(_ context.Context, c health.Transition) { changes <- c })))
	if c := <-changes; c.Name == "" || c.From != health.StatusUnknown {
		t.Errorf("%+v", c)
	}
	at := o.Profiler().Addr().String()
	if status, _ := (request{path: "/debug/pprof/heap"}).at(t, at); status != http.StatusUnauthorized {
		t.Errorf("profiles without the token: %d", status)
	}
	if status, _ := (request{path: "/debug/pprof/heap", user: "x", password: "0123456789abcdef0123456789abcdef"}).at(t, at); status != http.StatusOK {
		t.Errorf("profiles with the token: %d", status)
	}
	eventually(t, "the line", func() bool { return len(log.all("check changed")) > 0 })
}
