package otelsetup

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"
	"go.uber.org/zap"
)

// settings that switch the OTLP exporter on, without a receiver.
var endpoint = map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}

func TestBadSettings(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	own := WithTracerProvider(noop.NewTracerProvider())
	failing := func(sdkmetric.Producer) (sdkmetric.Reader, error) { return nil, errors.New("no backend") }
	empty := func(sdkmetric.Producer) (sdkmetric.Reader, error) { return nil, nil }
	working := func(sdkmetric.Producer) (sdkmetric.Reader, error) { return sdkmetric.NewManualReader(), nil }

	for _, tt := range []struct {
		name string
		env  map[string]string
		opts []Option
		want []string // parts of the error
	}{
		{"own provider and processor", nil, []Option{own, WithSpanProcessor(tracetest.NewSpanRecorder())}, []string{"WithSpanProcessor", "WithTracerProvider"}},
		{"own provider and exporter", nil, []Option{own, WithSpanExporter(tracetest.NewNoopExporter())}, []string{"WithSpanExporter"}},
		{"own provider and sampler", nil, []Option{own, WithSampler(sdktrace.AlwaysSample())}, []string{"WithSampler"}},
		{"own provider and default sampler", nil, []Option{own, WithDefaultSampler(sdktrace.AlwaysSample())}, []string{"WithDefaultSampler"}},
		{"own logger and writer", nil, []Option{WithLogger(zap.NewNop()), WithLogWriter(io.Discard)}, []string{"WithLogWriter", "WithLogger"}},
		{"own logger and level", nil, []Option{WithLogger(zap.NewNop()), WithLogLevel(zap.DebugLevel)}, []string{"WithLogLevel"}},
		{"own logger and sampling", nil, []Option{WithLogger(zap.NewNop()), WithLogSampling(time.Second, 1, 1)}, []string{"WithLogSampling"}},
		{"level", nil, []Option{WithLogLevel(99)}, []string{"WithLogLevel", "99"}},
		{"sampling without a line", nil, []Option{WithLogSampling(time.Second, 0, 0)}, []string{"WithLogSampling"}},
		{"sampling without an interval", nil, []Option{WithLogSampling(0, 1, 1)}, []string{"WithLogSampling"}},
		{"attribute without key", nil, []Option{WithResourceAttributes(attribute.String("", "v"))}, []string{"WithResourceAttributes"}},
		{"bound of zero", nil, []Option{WithDurationBounds(0.1, 0)}, []string{"WithDurationBounds", "0 is not"}},
		{"bound that is no number", nil, []Option{WithDurationBounds(math.NaN())}, []string{"WithDurationBounds", "NaN"}},
		{"infinite bound", nil, []Option{WithDurationBounds(math.Inf(1))}, []string{"WithDurationBounds", "Inf"}},
		{"no factory", nil, []Option{WithReader(nil, nil)}, []string{"WithReader"}},
		{"failing factory", nil, []Option{WithReader(nil, working), WithReader(nil, failing)}, []string{"WithReader", "no backend"}},
		{"empty factory", nil, []Option{WithReader(nil, empty)}, []string{"WithReader", "nil"}},
		{"no registerer", nil, []Option{WithPrometheusRegistry(nil, prometheus.NewRegistry())}, []string{"WithPrometheusRegistry"}},
		{"nil pointers", nil, []Option{
			WithSpanProcessor((*tracetest.SpanRecorder)(nil)), WithSpanExporter((*tracetest.NoopExporter)(nil)),
			WithSampler((*nilSampler)(nil)), WithDefaultSampler((*nilSampler)(nil)),
			WithLogWriter((*os.File)(nil)), WithLogExporter((*nilLogExporter)(nil)),
		}, []string{"WithSpanProcessor: the value is a nil *tracetest.SpanRecorder", "WithSpanExporter", "WithSampler", "WithDefaultSampler", "WithLogWriter", "WithLogExporter"}},
		{"a nil provider", nil, []Option{WithTracerProvider((*sdktrace.TracerProvider)(nil))}, []string{"WithTracerProvider: the value is a nil"}},
		{"nil registries", nil, []Option{WithPrometheusRegistry((*prometheus.Registry)(nil), (*prometheus.Registry)(nil))}, []string{"WithPrometheusRegistry"}},
		{"a nil reader", nil, []Option{WithReader(nil, func(sdkmetric.Producer) (sdkmetric.Reader, error) { return (*sdkmetric.ManualReader)(nil), nil })}, []string{"WithReader"}},
		{"no gatherer", nil, []Option{WithPrometheusRegistry(prometheus.NewRegistry(), nil)}, []string{"WithPrometheusRegistry"}},
		{"no time to shut down", nil, []Option{WithShutdownTimeout(-time.Second)}, []string{"WithShutdownTimeout", "-1s"}},
		{"endpoint option without scheme", nil, []Option{WithOTLPEndpoint("localhost:4318")}, []string{"WithOTLPEndpoint", "http"}},
		{"several at once", map[string]string{"OTEL_TRACES_SAMPLER": "often"}, []Option{WithDurationBounds(-1), WithShutdownTimeout(0)}, []string{"WithDurationBounds", "WithShutdownTimeout", "OTEL_TRACES_SAMPLER", "often"}},

		{"sampler", map[string]string{"OTEL_TRACES_SAMPLER": "sometimes"}, nil, []string{"OTEL_TRACES_SAMPLER", "sometimes"}},
		{"JSON for metrics", with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), nil, []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "traces only", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"}},
		{"missing certificate", with(endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"), nil, []string{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"}},
		{"batch delay of an own exporter", map[string]string{"OTEL_BSP_SCHEDULE_DELAY": "x"}, []Option{WithSpanExporter(tracetest.NewNoopExporter())}, []string{"OTEL_BSP_SCHEDULE_DELAY"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			keepsValuesShort(t, tt.env, tt.opts)
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			tel, err := Start(t.Context(), tt.opts...)
			if err == nil {
				t.Errorf("no error; shutdown: %v", tel.Shutdown(t.Context()))
				return
			}
			if tel != nil {
				t.Error("an error and a Telemetry")
			}
			text := err.Error()
			if !strings.HasPrefix(text, "otelsetup: ") || strings.Contains(text, "\n") {
				t.Errorf("error %q", text)
			}
			said := make(map[string]bool)
			for problem := range strings.SplitSeq(strings.TrimPrefix(text, "otelsetup: "), "; ") {
				if said[problem] {
					t.Errorf("error %q says %q twice", text, problem)
				}
				said[problem] = true
			}
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("error %q does not say %q", text, want)
				}
			}
		})
	}
}

// A bad setting that has no effect is no error.
func TestIgnoredSettings(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "thrift") // no endpoint
	t.Setenv("OTEL_TRACES_SAMPLER", "sometimes")
	start(t, WithSampler(sdktrace.NeverSample()), nil, WithSpanExporter(nil), WithSpanProcessor(nil), WithLogger(nil), WithOTLPEndpoint(""))
	start(t, WithTracerProvider(noop.NewTracerProvider()))
}

func TestErrorsKeepSecrets(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://user:hunter2@host")
	for _, headers := range []string{
		"authorization=hunter2%zz", "hunter2", "authorization=hunter2%0A",
		"Authorization: Basic hunter2==", "Authorization: Basic hunter2=%zz",
	} {
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", headers)
		_, err := Start(t.Context())
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_HEADERS") {
			t.Errorf("%s: error %v", headers, err)
		}
	}
}

// Whatever somebody has put in the wrong variable, a password or a file of 100 kB,
// no error shows it.
func keepsValuesShort(t *testing.T, env map[string]string, opts []Option) {
	t.Helper()
	wrong := []string{
		"https://shop:hunter2@collector", "shop:hunter2@collector", "api-key=hunter2", "Bearer hunter2",
		"-----BEGIN PRIVATE KEY-----\nhunter2", "x," + strings.Repeat("y", 100<<10) + "hunter2",
	}
	for name, was := range env {
		for _, value := range wrong {
			t.Setenv(name, value)
			err := newConfig(opts).validate()
			if err != nil && (strings.Contains(err.Error(), "hunter2") || len(err.Error()) > 2000) {
				t.Errorf("%s=%.40q: error of %d bytes: %.300v", name, value, len(err.Error()), err)
			}
		}
		t.Setenv(name, was)
	}
}

// What is said of a variable is true of it.
func TestWhatIsNotUTF8(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"OTEL_SERVICE_NAME", "caf\xe9", "otelsetup: OTEL_SERVICE_NAME: not UTF-8"},
		{"OTEL_RESOURCE_ATTRIBUTES", "team=caf%e9", "otelsetup: OTEL_RESOURCE_ATTRIBUTES: not UTF-8, once it is percent-decoded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(tt.name, tt.value)
			if _, err := Start(t.Context()); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestProblemsUnwrap(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
	t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file")
	if _, err := Start(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v hides its cause", err)
	}
}

func with(settings map[string]string, name, value string) map[string]string {
	more := map[string]string{name: value}
	for n, v := range settings {
		more[n] = v
	}
	return more
}

type (
	nilSampler     struct{ sdktrace.Sampler }
	nilLogExporter struct{ sdklog.Exporter }
)
