package otelsetup

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace/noop"
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
		{"own provider and endpoint", nil, []Option{own, WithOTLPEndpoint("http://localhost:4318")}, []string{"WithOTLPEndpoint"}},
		{"attribute without key", nil, []Option{WithResourceAttributes(attribute.String("", "v"))}, []string{"WithResourceAttributes"}},
		{"bound of zero", nil, []Option{WithDurationBounds(0.1, 0)}, []string{"WithDurationBounds", "0 is not"}},
		{"bound that is no number", nil, []Option{WithDurationBounds(math.NaN())}, []string{"WithDurationBounds", "NaN"}},
		{"infinite bound", nil, []Option{WithDurationBounds(math.Inf(1))}, []string{"WithDurationBounds", "Inf"}},
		{"no factory", nil, []Option{WithReader(nil, nil)}, []string{"WithReader"}},
		{"failing factory", nil, []Option{WithReader(nil, working), WithReader(nil, failing)}, []string{"WithReader", "no backend"}},
		{"empty factory", nil, []Option{WithReader(nil, empty)}, []string{"WithReader", "nil"}},
		{"no registerer", nil, []Option{WithPrometheusRegistry(nil, prometheus.NewRegistry())}, []string{"WithPrometheusRegistry"}},
		{"no gatherer", nil, []Option{WithPrometheusRegistry(prometheus.NewRegistry(), nil)}, []string{"WithPrometheusRegistry"}},
		{"no time to shut down", nil, []Option{WithShutdownTimeout(-time.Second)}, []string{"WithShutdownTimeout", "-1s"}},
		{"endpoint option without scheme", nil, []Option{WithOTLPEndpoint("localhost:4318")}, []string{"WithOTLPEndpoint", "http"}},
		{"several at once", map[string]string{"OTEL_TRACES_SAMPLER": "often"}, []Option{WithDurationBounds(-1), WithShutdownTimeout(0)}, []string{"WithDurationBounds", "WithShutdownTimeout", "OTEL_TRACES_SAMPLER", "often"}},

		{"attributes", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=b,oops"}, nil, []string{"OTEL_RESOURCE_ATTRIBUTES"}},
		{"attribute encoding", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=%zz"}, nil, []string{"OTEL_RESOURCE_ATTRIBUTES", `"a"`}},
		{"sampler", map[string]string{"OTEL_TRACES_SAMPLER": "sometimes"}, nil, []string{"OTEL_TRACES_SAMPLER", "sometimes"}},
		{"sampler argument", map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"}, nil, []string{"OTEL_TRACES_SAMPLER_ARG", `"2"`}},
		{"endpoint for HTTP", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"}, nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "http"}},
		{"endpoint for gRPC", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, nil, []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}},
		{"protocol", with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"), nil, []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"}},
		{"protocol of traces", with(endpoint, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http"), nil, []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"}},
		{"time-out", with(endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT", "10s"), nil, []string{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s"}},
		{"compression", with(endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION", "zip"), nil, []string{"OTEL_EXPORTER_OTLP_COMPRESSION"}},
		{"insecure", with(endpoint, "OTEL_EXPORTER_OTLP_INSECURE", "maybe"), nil, []string{"OTEL_EXPORTER_OTLP_INSECURE"}},
		{"headers", with(endpoint, "OTEL_EXPORTER_OTLP_HEADERS", "authorization"), nil, []string{"OTEL_EXPORTER_OTLP_HEADERS"}},
		{"missing certificate", with(endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"), nil, []string{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"}},
		{"no certificate in it", with(endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE", notPEM), nil, []string{"OTEL_EXPORTER_OTLP_CERTIFICATE", notPEM}},
		{"half a client certificate", with(endpoint, "OTEL_EXPORTER_OTLP_CLIENT_KEY", notPEM), nil, []string{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"}},
		{"bad client certificate", with(with(endpoint, "OTEL_EXPORTER_OTLP_CLIENT_KEY", notPEM), "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", notPEM), nil, []string{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"}},
		{"batch size", with(endpoint, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "-1"), nil, []string{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE"}},
		{"batch delay of an own exporter", map[string]string{"OTEL_BSP_SCHEDULE_DELAY": "x"}, []Option{WithSpanExporter(tracetest.NewNoopExporter())}, []string{"OTEL_BSP_SCHEDULE_DELAY"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
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
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2%zz,hunter2")
	_, err := Start(t.Context())
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
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
