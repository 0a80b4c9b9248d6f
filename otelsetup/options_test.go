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

		{"attributes", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=b,oops"}, nil, []string{"OTEL_RESOURCE_ATTRIBUTES"}},
		{"attribute encoding", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=%zz"}, nil, []string{"OTEL_RESOURCE_ATTRIBUTES", "percent-encoded"}},
		{"attribute that is not UTF-8", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=b,team=caf%e9"}, nil, []string{"OTEL_RESOURCE_ATTRIBUTES", "UTF-8"}},
		{"attribute whose name is not", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "caf\xe9=a"}, nil, []string{"OTEL_RESOURCE_ATTRIBUTES", "UTF-8"}},
		{"service that is not", map[string]string{"OTEL_SERVICE_NAME": "caf\xe9"}, nil, []string{"OTEL_SERVICE_NAME", "UTF-8"}},
		{"header for gRPC", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_HEADERS": "a=b,team=caf%C3%A9"}, nil, []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 2", "ASCII"}},
		{"name of a header for gRPC", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_HEADERS": "a!=b"}, nil, []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 1", "gRPC"}},
		{"sampler", map[string]string{"OTEL_TRACES_SAMPLER": "sometimes"}, nil, []string{"OTEL_TRACES_SAMPLER", "sometimes"}},
		{"sampler argument", map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"}, nil, []string{"OTEL_TRACES_SAMPLER_ARG", `"2"`}},
		{"endpoint for HTTP", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"}, nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "http"}},
		{"endpoint for gRPC", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, nil, []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}},
		{"exporter of traces", map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, nil, []string{"OTEL_TRACES_EXPORTER", "zipkin"}},
		{"exporter of logs", map[string]string{"OTEL_LOGS_EXPORTER": "otlp,prometheus"}, nil, []string{"OTEL_LOGS_EXPORTER", `"prometheus"`}},
		{"exporter of metrics", map[string]string{"OTEL_METRICS_EXPORTER": "prometheus,statsd"}, nil, []string{"OTEL_METRICS_EXPORTER", "statsd", "prometheus"}},
		{"none and another", map[string]string{"OTEL_METRICS_EXPORTER": "none,otlp"}, nil, []string{"OTEL_METRICS_EXPORTER", "none"}},
		{"disabled", map[string]string{"OTEL_SDK_DISABLED": "yes"}, nil, []string{"OTEL_SDK_DISABLED", "yes"}},
		{"level of the SDK", map[string]string{"OTEL_LOG_LEVEL": "loud"}, nil, []string{"OTEL_LOG_LEVEL", "loud"}},
		{"exemplar filter", map[string]string{"OTEL_METRICS_EXEMPLAR_FILTER": "some"}, nil, []string{"OTEL_METRICS_EXEMPLAR_FILTER", "some"}},
		{"protocol", with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"), nil, []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"}},
		{"protocol of traces", with(endpoint, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http"), nil, []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"}},
		{"time-out", with(endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT", "10s"), nil, []string{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s"}},
		{"compression", with(endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION", "zip"), nil, []string{"OTEL_EXPORTER_OTLP_COMPRESSION"}},
		{"insecure", with(endpoint, "OTEL_EXPORTER_OTLP_INSECURE", "maybe"), nil, []string{"OTEL_EXPORTER_OTLP_INSECURE"}},
		{"JSON for metrics", with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), nil, []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "traces only", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"}},
		{"certificate without TLS", with(endpoint, "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE", "x"), nil, []string{"OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE", "https"}},
		{"password in a target", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "dns:///user:hunter2@host:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "credentials"}},
		{"endpoint without host", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, nil, []string{"OTEL_EXPORTER_OTLP_ENDPOINT"}},
		{"name of a header", with(endpoint, "OTEL_EXPORTER_OTLP_HEADERS", "api key=x"), nil, []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 1", "name"}},
		{"value of a header", with(endpoint, "OTEL_EXPORTER_OTLP_HEADERS", "ok=x,key=a%0Ab"), nil, []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 2", "control"}},
		{"endless time-out", with(endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT", "9223372036854775807"), nil, []string{"OTEL_EXPORTER_OTLP_TIMEOUT"}},
		{"temporality", with(endpoint, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "alpha"), nil, []string{"TEMPORALITY_PREFERENCE", "alpha"}},
		{"aggregation", with(endpoint, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "linear"), nil, []string{"DEFAULT_HISTOGRAM_AGGREGATION", "linear"}},
		{"interval of metrics", with(endpoint, "OTEL_METRIC_EXPORT_INTERVAL", "1m"), nil, []string{"OTEL_METRIC_EXPORT_INTERVAL", "1m"}},
		{"time-out of metrics", with(endpoint, "OTEL_METRIC_EXPORT_TIMEOUT", "0"), nil, []string{"OTEL_METRIC_EXPORT_TIMEOUT"}},
		{"queue of logs", with(endpoint, "OTEL_BLRP_MAX_QUEUE_SIZE", "99999999999"), nil, []string{"OTEL_BLRP_MAX_QUEUE_SIZE"}},
		{"delay of logs", with(endpoint, "OTEL_BLRP_SCHEDULE_DELAY", "soon"), nil, []string{"OTEL_BLRP_SCHEDULE_DELAY", "soon"}},
		{"a batch larger than the queue", with(with(endpoint, "OTEL_BLRP_MAX_QUEUE_SIZE", "10"), "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "11"), nil, []string{"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "11", "10"}},
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

// An empty part of a list is none, in each variable that is one.
func TestEmptyPartsOfLists(t *testing.T) {
	for _, protocol := range []string{protocolHTTP, protocolGRPC} {
		setenv(t, map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT":       "http://127.0.0.1:1",
			"OTEL_EXPORTER_OTLP_PROTOCOL":       protocol,
			"OTEL_EXPORTER_OTLP_HEADERS":        "team=tea, ,stage=prod,",
			"OTEL_EXPORTER_OTLP_LOGS_HEADERS":   ",",
			"OTEL_RESOURCE_ATTRIBUTES":          "team=tea, ,stage=prod,",
			"OTEL_METRICS_EXPORTER":             "otlp, ,prometheus,",
			"OTEL_EXPORTER_OTLP_TRACES_HEADERS": "team=tea,",
		})
		if err := newConfig(nil).validate(); err != nil {
			t.Errorf("%s: %v", protocol, err)
		}
	}
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "team=tea,,stage") // and the others keep their places
	if err := newConfig(nil).validate(); err == nil || !strings.Contains(err.Error(), "header 3") {
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

type (
	nilSampler     struct{ sdktrace.Sampler }
	nilLogExporter struct{ sdklog.Exporter }
)
