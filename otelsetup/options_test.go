package otelsetup_test

import (
	"errors"
	"io"
	"log/slog"
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

	"github.com/otelkv/otelkv/otelsetup"
)

// settings that switch the OTLP exporter on, without a receiver.
var endpoint = map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}

func TestBadSettings(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	own := otelsetup.WithTracerProvider(noop.NewTracerProvider())
	failing := func(sdkmetric.Producer) (sdkmetric.Reader, error) { return nil, errors.New("no backend") }
	empty := func(sdkmetric.Producer) (sdkmetric.Reader, error) { return nil, nil }
	working := func(sdkmetric.Producer) (sdkmetric.Reader, error) { return sdkmetric.NewManualReader(), nil }

	for _, tt := range []struct {
		name string
		env  map[string]string
		opts []otelsetup.Option
		want []string // parts of the error
	}{
		{"own provider and processor", nil, []otelsetup.Option{own, otelsetup.WithSpanProcessor(tracetest.NewSpanRecorder())}, []string{"WithSpanProcessor", "WithTracerProvider"}},
		{"own provider and exporter", nil, []otelsetup.Option{own, otelsetup.WithSpanExporter(tracetest.NewNoopExporter())}, []string{"WithSpanExporter"}},
		{"own provider and sampler", nil, []otelsetup.Option{own, otelsetup.WithSampler(sdktrace.AlwaysSample())}, []string{"WithSampler"}},
		{"own provider and default sampler", nil, []otelsetup.Option{own, otelsetup.WithDefaultSampler(sdktrace.AlwaysSample())}, []string{"WithDefaultSampler"}},
		{"own handler and level", nil, []otelsetup.Option{otelsetup.WithSlog(slog.DiscardHandler), otelsetup.WithLogLevel(zap.InfoLevel)}, []string{"WithLogLevel", "handler of WithSlog"}},
		{"own logger and writer", nil, []otelsetup.Option{otelsetup.WithLogger(zap.NewNop()), otelsetup.WithLogWriter(io.Discard)}, []string{"WithLogWriter", "WithLogger"}},
		{"own logger and level", nil, []otelsetup.Option{otelsetup.WithLogger(zap.NewNop()), otelsetup.WithLogLevel(zap.DebugLevel)}, []string{"WithLogLevel"}},
		{"own logger and sampling", nil, []otelsetup.Option{otelsetup.WithLogger(zap.NewNop()), otelsetup.WithLogSampling(time.Second, 1, 1)}, []string{"WithLogSampling"}},
		{"level", nil, []otelsetup.Option{otelsetup.WithLogLevel(99)}, []string{"WithLogLevel", "99"}},
		{"sampling without a line", nil, []otelsetup.Option{otelsetup.WithLogSampling(time.Second, 0, 0)}, []string{"WithLogSampling"}},
		{"sampling without an interval", nil, []otelsetup.Option{otelsetup.WithLogSampling(0, 1, 1)}, []string{"WithLogSampling"}},
		{"attribute without key", nil, []otelsetup.Option{otelsetup.WithResourceAttributes(attribute.String("", "v"))}, []string{"WithResourceAttributes"}},
		{"bound of zero", nil, []otelsetup.Option{otelsetup.WithDurationBounds(0.1, 0)}, []string{"WithDurationBounds", "0 is not"}},
		{"bound that is no number", nil, []otelsetup.Option{otelsetup.WithDurationBounds(math.NaN())}, []string{"WithDurationBounds", "NaN"}},
		{"infinite bound", nil, []otelsetup.Option{otelsetup.WithDurationBounds(math.Inf(1))}, []string{"WithDurationBounds", "Inf"}},
		{"no factory", nil, []otelsetup.Option{otelsetup.WithReader(nil, nil)}, []string{"WithReader"}},
		{"failing factory", nil, []otelsetup.Option{otelsetup.WithReader(nil, working), otelsetup.WithReader(nil, failing)}, []string{"WithReader", "no backend"}},
		{"empty factory", nil, []otelsetup.Option{otelsetup.WithReader(nil, empty)}, []string{"WithReader", "nil"}},
		{"no registerer", nil, []otelsetup.Option{otelsetup.WithPrometheusRegistry(nil, prometheus.NewRegistry())}, []string{"WithPrometheusRegistry"}},
		{"a nil handler", nil, []otelsetup.Option{
			otelsetup.WithSlog((*slog.TextHandler)(nil)), otelsetup.WithLogExporter((*nilLogExporter)(nil)),
		}, []string{"WithSlog: the value is a nil *slog.TextHandler", "WithLogExporter"}},
		{"more nil pointers", nil, []otelsetup.Option{
			otelsetup.WithSpanProcessor((*tracetest.SpanRecorder)(nil)), otelsetup.WithSpanExporter((*tracetest.NoopExporter)(nil)),
			otelsetup.WithSampler((*nilSampler)(nil)), otelsetup.WithDefaultSampler((*nilSampler)(nil)),
			otelsetup.WithLogWriter((*os.File)(nil)), otelsetup.WithLogExporter((*nilLogExporter)(nil)),
		}, []string{"WithSpanProcessor: the value is a nil *tracetest.SpanRecorder", "WithSpanExporter", "WithSampler", "WithDefaultSampler", "WithLogWriter", "WithLogExporter"}},
		{"a nil provider", nil, []otelsetup.Option{otelsetup.WithTracerProvider((*sdktrace.TracerProvider)(nil))}, []string{"WithTracerProvider: the value is a nil"}},
		{"nil registries", nil, []otelsetup.Option{otelsetup.WithPrometheusRegistry((*prometheus.Registry)(nil), (*prometheus.Registry)(nil))}, []string{"WithPrometheusRegistry"}},
		{"a nil reader", nil, []otelsetup.Option{otelsetup.WithReader(nil, func(sdkmetric.Producer) (sdkmetric.Reader, error) { return (*sdkmetric.ManualReader)(nil), nil })}, []string{"WithReader"}},
		{"no gatherer", nil, []otelsetup.Option{otelsetup.WithPrometheusRegistry(prometheus.NewRegistry(), nil)}, []string{"WithPrometheusRegistry"}},
		{"no time to shut down", nil, []otelsetup.Option{otelsetup.WithShutdownTimeout(-time.Second)}, []string{"WithShutdownTimeout", "-1s"}},
		{"endpoint option without scheme", nil, []otelsetup.Option{otelsetup.WithOTLPEndpoint("localhost:4318")}, []string{"WithOTLPEndpoint", "http"}},
		{"several at once", map[string]string{"OTEL_TRACES_SAMPLER": "often"}, []otelsetup.Option{otelsetup.WithDurationBounds(-1), otelsetup.WithShutdownTimeout(0)}, []string{"WithDurationBounds", "WithShutdownTimeout", "OTEL_TRACES_SAMPLER", "often"}},

		{"sampler", map[string]string{"OTEL_TRACES_SAMPLER": "sometimes"}, nil, []string{"OTEL_TRACES_SAMPLER", "sometimes"}},
		{"JSON for metrics", with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), nil, []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "traces only", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"}},
		{"missing certificate", with(endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"), nil, []string{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"}},
		{"batch delay of an own exporter", map[string]string{"OTEL_BSP_SCHEDULE_DELAY": "x"}, []otelsetup.Option{otelsetup.WithSpanExporter(tracetest.NewNoopExporter())}, []string{"OTEL_BSP_SCHEDULE_DELAY"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			tel, err := otelsetup.Start(t.Context(), tt.opts...)
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
	start(t, otelsetup.WithSampler(sdktrace.NeverSample()), nil, otelsetup.WithSpanExporter(nil), otelsetup.WithSpanProcessor(nil), otelsetup.WithLogger(nil), otelsetup.WithOTLPEndpoint(""))
	start(t, otelsetup.WithTracerProvider(noop.NewTracerProvider()))
}

func TestErrorsKeepSecrets(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://user:hunter2@host")
	for _, headers := range []string{
		"authorization=hunter2%zz", "hunter2", "authorization=hunter2%0A",
		"Authorization: Basic hunter2==", "Authorization: Basic hunter2=%zz",
	} {
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", headers)
		_, err := otelsetup.Start(t.Context())
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_HEADERS") {
			t.Errorf("%s: error %v", headers, err)
		}
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
			if _, err := otelsetup.Start(t.Context()); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestProblemsUnwrap(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
	t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file")
	if _, err := otelsetup.Start(t.Context()); !errors.Is(err, os.ErrNotExist) {
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
