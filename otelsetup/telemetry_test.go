package otelsetup_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

func TestMain(m *testing.M) {
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "OTEL_") {
			os.Unsetenv(name)
		}
	}
	goleak.VerifyTestMain(testutil.AllLines(m, "otelsetup"))
}

// start starts a Telemetry that logs nowhere and ends with the test.
func start(t *testing.T, opts ...otelsetup.Option) *otelsetup.Telemetry {
	t.Helper()
	tel, err := otelsetup.Start(t.Context(), append([]otelsetup.Option{otelsetup.WithLogger(zap.NewNop())}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tel.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return tel
}

// use wraps a store, and puts and gets once within a sampled span.
func use(t *testing.T, tel *otelsetup.Telemetry, namespace string) trace.SpanContext {
	t.Helper()
	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel), instrument.WithNamespace(namespace))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	defer span.End()
	if err := store.Put(ctx, []byte("k"), []byte("v")); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(ctx, []byte("k")); err != nil {
		t.Fatal(err)
	}
	return span.SpanContext()
}

// get asks a handler for its metrics and returns the answer's body.
func get(t testing.TB, h http.Handler, accept string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const openMetrics = "application/openmetrics-text;version=1.0.0"

// pageOf returns what a handler serves as text, by name.
func pageOf(t *testing.T, h http.Handler) map[string]*dto.MetricFamily {
	t.Helper()
	status, body := get(t, h, "text/plain")
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, body)
	}
	return families
}

// value returns the series of a family that has the label, and whether it
// exists.
func value(family *dto.MetricFamily, label, want string) (*dto.Metric, bool) {
	for _, m := range family.GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == label && l.GetValue() == want {
				return m, true
			}
		}
	}
	return nil, false
}

func TestStartHasEverything(t *testing.T) {
	tel := start(t)
	switch {
	case tel.Registry() == nil:
		t.Error("no registry")
	case tel.MeterProvider() == nil:
		t.Error("no meter provider")
	case tel.TracerProvider() == nil:
		t.Error("no tracer provider")
	case tel.Logger() == nil:
		t.Error("no logger")
	case tel.PrometheusGatherer() == nil:
		t.Error("no gatherer")
	}
}

func TestStartWithCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := otelsetup.Start(ctx); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("error %v", err)
	}
}

// Whichever step fails, those before it are undone, and what was the caller's
// still is.
func TestStartUnwinds(t *testing.T) {
	taken := prometheus.NewRegistry()
	start(t, otelsetup.WithPrometheusRegistry(taken, taken))
	failing := func(sdkmetric.Producer) (sdkmetric.Reader, error) { return nil, errors.New("no backend") }
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		for name, opt := range map[string]otelsetup.Option{
			"a reader":   otelsetup.WithReader(nil, failing),
			"a registry": otelsetup.WithPrometheusRegistry(taken, taken),
		} {
			t.Run(name+" "+protocol, func(t *testing.T) {
				defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
				t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
				records, spans, recorder := new(recordCounter), new(countingExporter), tracetest.NewSpanRecorder()
				tel, err := otelsetup.Start(t.Context(), opt, otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint("http://127.0.0.1:1"),
					otelsetup.WithLogExporter(records), otelsetup.WithSpanExporter(spans), otelsetup.WithSpanProcessor(recorder), otelsetup.WithShutdownTimeout(time.Second))
				if err == nil || tel != nil {
					t.Fatalf("telemetry %v, error %v", tel, err)
				}
				if !records.shut || spans.shut {
					t.Errorf("the log exporter is shut down: %v, that of spans: %v", records.shut, spans.shut)
				}
			})
		}
	}
}

func TestTwoInOneProcess(t *testing.T) {
	first, second := start(t, otelsetup.WithServiceName("first")), start(t, otelsetup.WithServiceName("second"))
	use(t, first, "one")
	use(t, second, "two")
	for namespace, h := range map[string]http.Handler{"one": first.MetricsHandler(), "two": second.MetricsHandler()} {
		requests := pageOf(t, h)["kvdb_requests_total"]
		if _, ok := value(requests, "db_namespace", namespace); !ok {
			t.Errorf("%s: its store is missing", namespace)
		}
		for _, m := range requests.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "db_namespace" && l.GetValue() != namespace {
					t.Errorf("%s: has the store %s", namespace, l.GetValue())
				}
			}
		}
	}
}

func TestGlobals(t *testing.T) {
	tracers, meters, propagator := otel.GetTracerProvider(), otel.GetMeterProvider(), otel.GetTextMapPropagator()
	handler := otel.GetErrorHandler()
	start(t)
	if otel.GetTracerProvider() != tracers || otel.GetMeterProvider() != meters ||
		otel.GetErrorHandler() != handler || len(otel.GetTextMapPropagator().Fields()) != len(propagator.Fields()) {
		t.Fatal("a global was set without WithGlobals")
	}

	log, lines := recordingLogger()
	exported := tracetest.NewInMemoryExporter()
	tel := start(t, otelsetup.WithGlobals(), otelsetup.WithLogger(log), otelsetup.WithSpanExporter(exported))
	if otel.GetTracerProvider() != tel.TracerProvider() || otel.GetMeterProvider() != tel.MeterProvider() {
		t.Error("the providers are not the global ones")
	}
	if otel.GetLoggerProvider() != tel.LoggerProvider() {
		t.Error("the provider of loggers is not the global one")
	}
	if fields := otel.GetTextMapPropagator().Fields(); len(fields) != 3 {
		t.Errorf("propagator with the fields %v", fields)
	}
	for range 3 {
		otel.Handle(os.ErrDeadlineExceeded)
	}
	otel.Handle(nil)
	if got := lines(); len(got) != 1 || got[0].Message != "telemetry failed" {
		t.Errorf("log lines %v, want one", got)
	}
}

// The SDK hands a failed export to the error handler too.
func TestFailedExportIsLoggedOnce(t *testing.T) {
	log, lines := recordingLogger()
	exporter := failing{errors.New("backend says no")}
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithGlobals(), otelsetup.WithLogger(log), otelsetup.WithSpanExporter(exporter))
	if err != nil {
		t.Fatal(err)
	}
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	span.End()
	if err := tel.Shutdown(t.Context()); err == nil || !strings.Contains(err.Error(), "1 spans were not delivered") {
		t.Errorf("shutdown: %v", err)
	}
	var messages []string
	for _, line := range lines() {
		messages = append(messages, line.Message)
	}
	if want := []string{"export failed", "telemetry not shut down cleanly"}; !slices.Equal(messages, want) {
		t.Errorf("messages %q, want %q", messages, want)
	}
}

// recovering is an exporter whose first export fails.
type recovering struct{ exports atomic.Int32 }

func (r *recovering) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error {
	if r.exports.Add(1) == 1 {
		return errors.New("backend says no")
	}
	return nil
}

func (*recovering) Shutdown(context.Context) error { return nil }

func TestExportThatWorksAgainIsLogged(t *testing.T) {
	log, lines := recordingLogger()
	tel := start(t, otelsetup.WithLogger(log), otelsetup.WithSpanExporter(new(recovering)))
	for range 2 {
		_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
		span.End()
		_ = tel.ForceFlush(t.Context())
	}
	var messages []string
	for _, line := range lines() {
		messages = append(messages, line.Message)
	}
	if want := []string{"export failed", "export works again"}; !slices.Equal(messages, want) {
		t.Errorf("messages %q, want %q", messages, want)
	}
}
