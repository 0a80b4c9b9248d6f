package everything

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
)

// A program is one with all the telemetry that there is.
type program struct {
	*otelsetup.Telemetry
	receiver *receiver
	joined   *prometheus.Registry
	log      *output
	metrics  http.Handler
	page     *sightings
	requests []trace.Span // that are under way
}

// startProgram starts the telemetry with every option on, for Prometheus, a
// receiver of OTLP and the console.
func startProgram(t *testing.T) *program {
	t.Helper()
	for name, value := range map[string]string{
		"OTEL_TRACES_EXPORTER": "otlp,console", "OTEL_METRICS_EXPORTER": "otlp,console,prometheus", "OTEL_LOGS_EXPORTER": "otlp,console",
		"OTEL_METRIC_EXPORT_INTERVAL": "600000", "OTEL_RESOURCE_ATTRIBUTES": "", "OTEL_LOG_LEVEL": "debug",
	} {
		t.Setenv(name, value)
	}
	keepGlobals(t)
	console(t)
	p := &program{receiver: newReceiver(t), joined: prometheus.NewRegistry(), log: new(output), page: newSightings()}
	tel, err := otelsetup.Start(t.Context(),
		otelsetup.WithServiceName("everything"), otelsetup.WithServiceVersion("1.0"),
		otelsetup.WithOTLPEndpoint(p.receiver.url), otelsetup.WithGlobals(),
		otelsetup.WithLogWriter(p.log), otelsetup.WithLogLevel(zapcore.DebugLevel), otelsetup.WithLogSampling(time.Hour, 1000, 0),
		otelsetup.WithPrometheusRegistry(p.joined, p.joined), otelsetup.WithNativeHistograms(), otelsetup.WithDurationBounds(0.25),
		otelsetup.WithSampler(touchy{sdktrace.AlwaysSample()}),
	)
	if err != nil {
		t.Fatal(err)
	}
	p.Telemetry, p.metrics = tel, tel.MetricsHandler()
	t.Cleanup(func() {
		if err := tel.Shutdown(context.Background()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	return p
}

// touchy is a sampler that panics now and then.
type touchy struct{ sdktrace.Sampler }

func (s touchy) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.Name == "app panics" {
		panic("on purpose")
	}
	return s.Sampler.ShouldSample(p)
}

// keepGlobals gives back what WithGlobals takes, and a limit of memory.
func keepGlobals(t *testing.T) {
	traces, metrics, logs := otel.GetTracerProvider(), otel.GetMeterProvider(), otel.GetLoggerProvider()
	limit := debug.SetMemoryLimit(1 << 40)
	t.Cleanup(func() {
		otel.SetTracerProvider(traces)
		otel.SetMeterProvider(metrics)
		otel.SetLoggerProvider(logs)
		debug.SetMemoryLimit(limit)
	})
}

// console sends standard error, where the console exporters write, to a file.
func console(t *testing.T) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stderr
	os.Stderr = f
	t.Cleanup(func() {
		os.Stderr = before
		_ = f.Close()
	})
}

// An output takes the lines of a log, hangs or fails.
type output struct {
	mu    sync.Mutex
	lines bytes.Buffer
	err   error
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	return o.lines.Write(b)
}

// hang makes the output take nothing until the returned function is called.
func (o *output) hang() (goOn func()) {
	o.mu.Lock()
	return o.mu.Unlock
}

// fails sets what the output answers.
func (o *output) fails(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.err = err
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lines.String()
}

// has reports whether there is a line of a message, at a level if one is given,
// with a field if one is.
func (o *output) has(message string, level catalog.Level, field string) bool {
	for line := range strings.Lines(o.text()) {
		if strings.Contains(line, `"message":"`+message+`"`) && strings.Contains(line, `"level":"`+string(level)) && strings.Contains(line, field) {
			return true
		}
	}
	return false
}

// look takes what Prometheus and the receiver get now.
func (p *program) look(t *testing.T) {
	t.Helper()
	p.page.page(scrape(t, p.metrics))
	if err := p.ForceFlush(t.Context()); err != nil {
		t.Errorf("ForceFlush: %v", err)
	}
}

// both reports whether values of an attribute were seen on both ways, where
// something had happened.
func (p *program) both(attribute string, values ...string) bool {
	for _, value := range values {
		if !p.page.has(catalog.PrometheusLabel(attribute), value) || !p.receiver.metrics.has(attribute, value) {
			return false
		}
	}
	return true
}

// ask makes a request to a handler and returns the status.
func ask(t *testing.T, h http.Handler, method, target string) int {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, nil))
	return w.Code
}

// appField is one of the program's own.
func appField(value string) zap.Field { return zap.String("app_field", value) }

// traced returns a context under a span of the program's, until endRequests.
func traced(t *testing.T, p *program) context.Context {
	t.Helper()
	ctx, span := p.TracerProvider().Tracer("app").Start(t.Context(), "app request")
	p.requests = append(p.requests, span)
	return ctx
}

func (p *program) endRequests() {
	for _, span := range p.requests {
		span.End()
	}
}

// tlsListener speaks TLS with the certificate of a server.
func tlsListener(l net.Listener, web *httptest.Server) net.Listener {
	return tls.NewListener(l, web.TLS)
}
