package everything

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

// Programs aside are those that show what a program which is set up well cannot.

// aside starts telemetry whose lines go with those of the program.
func aside(t *testing.T, p *program, options ...otelsetup.Option) *otelsetup.Telemetry {
	t.Helper()
	tel, err := otelsetup.Start(t.Context(), append(options, otelsetup.WithLogWriter(p.log))...)
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

// misfits are programs with a broken environment, a broken resource, and a receiver
// that refuses the last spans.
func misfits(t *testing.T, p *program) {
	t.Helper()
	t.Setenv("OTEL_TRACES_SAMPLER", "sometimes")
	broken := aside(t, p, otelsetup.WithLenientEnvironment(), otelsetup.WithResourceAttributes(attribute.String("app.name", "\xff")))
	if err := os.Unsetenv("OTEL_TRACES_SAMPLER"); err != nil {
		t.Fatal(err)
	}
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp")
	unheard := aside(t, p, otelsetup.WithOTLPEndpoint(refusing.URL))
	_, span := unheard.TracerProvider().Tracer("app").Start(context.Background(), "app unheard", trace.WithSpanKind(trace.SpanKindServer))
	span.End()
	if err := unheard.Shutdown(context.Background()); err == nil {
		t.Error("Shutdown: no error of a receiver that refuses")
	}
	if err := broken.Shutdown(context.Background()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	process.Eventually(t, "an error of OpenTelemetry's, beside others", func() bool {
		for range 3 {
			otel.Handle(errOnPurpose)
		}
		return p.log.has(catalog.TelemetryFailed, "", catalog.FieldSuppressed)
	})

	// OpenTelemetry warns of spans with too much on them, and has errors with a
	// broken environment. One line a second is written of what it says.
	var wide []attribute.KeyValue
	for n := range 200 {
		wide = append(wide, attribute.Int(fmt.Sprint("app.", n), n))
	}
	process.Eventually(t, "a warning of OpenTelemetry", func() bool {
		_, span := p.TracerProvider().Tracer("app").Start(context.Background(), "app wide", trace.WithAttributes(wide...))
		span.End()
		return p.log.has(catalog.TelemetryReported, catalog.LevelWarn, "")
	})
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "never")
	process.Eventually(t, "an error of OpenTelemetry", func() bool {
		exporter, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpointURL(refusing.URL))
		if err == nil {
			_ = exporter.Shutdown(t.Context())
		}
		return p.log.has(catalog.TelemetryReported, catalog.LevelError, "")
	})
	if err := os.Unsetenv("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"); err != nil {
		t.Fatal(err)
	}
}

// A breaking listener is closed by somebody else.
type breaking struct{ net.Listener }

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// profilersAside are profiles in trouble: the flight recorder is the program's, the
// directory is gone, the client speaks no TLS, the listener fails.
func profilersAside(t *testing.T, p *program, web *httptest.Server) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "evidence")
	plain := listen(t, "127.0.0.1:0")
	profiler, err := pprofx.Start(pprofx.WithLogger(p.Logger()), pprofx.WithMeterProvider(p.MeterProvider()),
		pprofx.WithDirectory(dir), pprofx.WithListener(tlsListener(plain, web)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(traced(t, p))
	cancel()
	if _, err := profiler.Capture(ended, "gone"); err == nil {
		t.Error("evidence was captured into no directory")
	}
	conn, err := net.Dial("tcp", plain.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
		t.Error(err)
	}
	_, _ = conn.Read(make([]byte, 100)) // the answer comes before the line
	_ = conn.Close()
	_ = plain.Close()
	process.Eventually(t, "a line about a listener", func() bool { return p.log.has(catalog.ProfilesNotServed, "", "") })
	if err := profiler.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Errorf("profiles: %v", err)
	}
}

// observersAside are programs with all of it in one call.
func observersAside(t *testing.T, p *program) {
	t.Helper()
	for _, taken := range []string{"127.0.0.1:9464", "127.0.0.1:6060"} {
		if l, err := net.Listen("tcp", taken); err == nil { // else somebody has it already
			t.Cleanup(func() { _ = l.Close() })
		}
	}
	store, observer, err := observe.Wrap(t.Context(), kvdb.NewMemory(nil), observe.WithServiceName("observed"),
		observe.WithDirectory(t.TempDir()), observe.WithDrain(1), observe.WithTelemetryOptions(otelsetup.WithLogWriter(p.log), otelsetup.WithOTLPEndpoint(p.receiver.url)))
	if err != nil {
		t.Fatal(err)
	}
	operate(t.Context(), t, store)
	p.page.page(scrape(t, observer.Handler()))
	if err := errors.Join(observer.Drain(t.Context()), store.Close(), observer.Shutdown(t.Context())); err != nil {
		t.Errorf("observe: %v", err)
	}

	l := listen(t, "127.0.0.1:0")
	config := filepath.Join(t.TempDir(), "web.yml")
	write := func(text string) {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("{}")
	hung := make(chan struct{})
	defer close(hung)
	running := make(chan struct{}, 1)
	hangs := health.Check{Name: "hangs", Interval: time.Hour, Advisory: true, Run: func(context.Context) error {
		running <- struct{}{}
		<-hung
		return nil
	}}
	failing, err := observe.Start(t.Context(), observe.WithTelemetry(p.Telemetry), observe.WithListener(breaking{l}),
		observe.WithProfiles(""), observe.WithWebConfigFile(config), observe.WithChecks(hangs))
	if err != nil {
		t.Fatal(err)
	}
	get(t, "http://"+l.Addr().String()+"/healthz", "") // it serves
	write("no configuration")
	get(t, "http://"+l.Addr().String()+"/healthz", "")
	_ = l.Close()
	<-failing.Failed()
	<-running
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOnPurpose)
	if err := failing.Shutdown(ctx); err == nil {
		t.Error("observe: no error of a check that hangs")
	}
}
