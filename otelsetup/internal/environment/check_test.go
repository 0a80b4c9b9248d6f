package environment_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// settings that switch the OTLP exporter on, without a receiver.
var endpoint = map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}

// check returns what is wrong with an environment, as otelsetup says it.
func check(set map[string]string, use environment.Use) string {
	var wrong []string
	of(set).Check(use, func(variable string, err error) {
		wrong = append(wrong, fmt.Sprintf("%s: %v", variable, err))
	})
	return strings.Join(wrong, "; ")
}

func TestCheck(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		env  map[string]string
		want []string // parts of what is said
	}{
		{"attributes", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=b,oops"}, []string{"OTEL_RESOURCE_ATTRIBUTES"}},
		{"attribute encoding", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=%zz"}, []string{"OTEL_RESOURCE_ATTRIBUTES", "percent-encoded"}},
		{"attribute that is not UTF-8", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=b,team=caf%e9"}, []string{"OTEL_RESOURCE_ATTRIBUTES", "UTF-8"}},
		{"attribute whose name is not", map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "caf\xe9=a"}, []string{"OTEL_RESOURCE_ATTRIBUTES", "UTF-8"}},
		{"service that is not", map[string]string{"OTEL_SERVICE_NAME": "caf\xe9"}, []string{"OTEL_SERVICE_NAME", "UTF-8"}},
		{"header for gRPC", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_HEADERS": "a=b,team=caf%C3%A9"}, []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 2", "ASCII"}},
		{"name of a header for gRPC", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_HEADERS": "a!=b"}, []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 1", "gRPC"}},
		{"sampler", map[string]string{"OTEL_TRACES_SAMPLER": "sometimes"}, []string{"OTEL_TRACES_SAMPLER", "sometimes"}},
		{"sampler argument", map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"}, []string{"OTEL_TRACES_SAMPLER_ARG", `"2"`}},
		{"endpoint for HTTP", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"}, []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "http"}},
		{"endpoint for gRPC", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}},
		{"exporter of traces", map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, []string{"OTEL_TRACES_EXPORTER", "zipkin"}},
		{"exporter of logs", map[string]string{"OTEL_LOGS_EXPORTER": "otlp,prometheus"}, []string{"OTEL_LOGS_EXPORTER", `"prometheus"`}},
		{"exporter of metrics", map[string]string{"OTEL_METRICS_EXPORTER": "prometheus,statsd"}, []string{"OTEL_METRICS_EXPORTER", "statsd", "prometheus"}},
		{"none and another", map[string]string{"OTEL_METRICS_EXPORTER": "none,otlp"}, []string{"OTEL_METRICS_EXPORTER", "none"}},
		{"disabled", map[string]string{"OTEL_SDK_DISABLED": "yes"}, []string{"OTEL_SDK_DISABLED", "yes"}},
		{"level of the SDK", map[string]string{"OTEL_LOG_LEVEL": "loud"}, []string{"OTEL_LOG_LEVEL", "loud"}},
		{"exemplar filter", map[string]string{"OTEL_METRICS_EXEMPLAR_FILTER": "some"}, []string{"OTEL_METRICS_EXEMPLAR_FILTER", "some"}},
		{"protocol", with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"), []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"}},
		{"protocol of traces", with(endpoint, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http"), []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"}},
		{"time-out", with(endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT", "10s"), []string{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s"}},
		{"compression", with(endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION", "zip"), []string{"OTEL_EXPORTER_OTLP_COMPRESSION"}},
		{"insecure", with(endpoint, "OTEL_EXPORTER_OTLP_INSECURE", "maybe"), []string{"OTEL_EXPORTER_OTLP_INSECURE"}},
		{"JSON for metrics", with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "traces only", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"}},
		{"certificate without TLS", with(endpoint, "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE", "x"), []string{"OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE", "https"}},
		{"password in a target", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "dns:///user:hunter2@host:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "credentials"}},
		{"endpoint without host", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, []string{"OTEL_EXPORTER_OTLP_ENDPOINT"}},
		{"name of a header", with(endpoint, "OTEL_EXPORTER_OTLP_HEADERS", "api key=x"), []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 1", "name"}},
		{"value of a header", with(endpoint, "OTEL_EXPORTER_OTLP_HEADERS", "ok=x,key=a%0Ab"), []string{"OTEL_EXPORTER_OTLP_HEADERS", "header 2", "control"}},
		{"endless time-out", with(endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT", "9223372036854775807"), []string{"OTEL_EXPORTER_OTLP_TIMEOUT"}},
		{"temporality", with(endpoint, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "alpha"), []string{"TEMPORALITY_PREFERENCE", "alpha"}},
		{"aggregation", with(endpoint, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "linear"), []string{"DEFAULT_HISTOGRAM_AGGREGATION", "linear"}},
		{"interval of metrics", with(endpoint, "OTEL_METRIC_EXPORT_INTERVAL", "1m"), []string{"OTEL_METRIC_EXPORT_INTERVAL", "1m"}},
		{"time-out of metrics", with(endpoint, "OTEL_METRIC_EXPORT_TIMEOUT", "0"), []string{"OTEL_METRIC_EXPORT_TIMEOUT"}},
		{"queue of logs", with(endpoint, "OTEL_BLRP_MAX_QUEUE_SIZE", "99999999999"), []string{"OTEL_BLRP_MAX_QUEUE_SIZE"}},
		{"delay of logs", with(endpoint, "OTEL_BLRP_SCHEDULE_DELAY", "soon"), []string{"OTEL_BLRP_SCHEDULE_DELAY", "soon"}},
		{"a batch larger than the queue", with(with(endpoint, "OTEL_BLRP_MAX_QUEUE_SIZE", "10"), "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "11"), []string{"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "11", "10"}},
		{"headers", with(endpoint, "OTEL_EXPORTER_OTLP_HEADERS", "authorization"), []string{"OTEL_EXPORTER_OTLP_HEADERS"}},
		{"missing certificate", with(endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"), []string{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"}},
		{"no certificate in it", with(endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE", notPEM), []string{"OTEL_EXPORTER_OTLP_CERTIFICATE", notPEM}},
		{"half a client certificate", with(endpoint, "OTEL_EXPORTER_OTLP_CLIENT_KEY", notPEM), []string{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"}},
		{"bad client certificate", with(with(endpoint, "OTEL_EXPORTER_OTLP_CLIENT_KEY", notPEM), "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", notPEM), []string{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"}},
		{"batch size", with(endpoint, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "-1"), []string{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := check(tt.env, environment.Use{})
			if text == "" || strings.Contains(text, "\n") {
				t.Errorf("it says %q", text)
			}
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q does not say %q", text, want)
				}
			}
			keepsValuesShort(t, tt.env)
		})
	}
}

// Whatever somebody has put in the wrong variable, a password or a file of 100 kB,
// no error shows it.
func keepsValuesShort(t *testing.T, env map[string]string) {
	t.Helper()
	for name := range env {
		for _, value := range []string{
			"https://shop:hunter2@collector", "shop:hunter2@collector", "api-key=hunter2", "Bearer hunter2",
			"-----BEGIN PRIVATE KEY-----\nhunter2", "x," + strings.Repeat("y", 100<<10) + "hunter2",
		} {
			if text := check(with(env, name, value), environment.Use{}); strings.Contains(text, "hunter2") || len(text) > 2000 {
				t.Errorf("%s=%.40q: %d bytes: %.300s", name, value, len(text), text)
			}
		}
	}
}

// No variable that is read is shown, whichever it is, and every one that can be
// malformed is named by what is said of it.
func TestNoVariableIsShown(t *testing.T) {
	for _, protocol := range []string{environment.HTTP, environment.GRPC} {
		set := with(with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", protocol), "OTEL_TRACES_SAMPLER", "traceidratio")
		for _, name := range asked(t) {
			keepsValuesShort(t, with(set, name, "x"))
			switch _, last, _ := strings.Cut(name, "OTEL_"); {
			case last == "SERVICE_NAME", // any text is one
				strings.HasSuffix(name, "_ENDPOINT") && protocol == environment.GRPC, // so is any target
				strings.HasSuffix(name, "_CLIENT_KEY"):                               // told of with its certificate
				continue
			}
			if text := check(with(set, name, "\x00"), environment.Use{}); !strings.Contains(text, name) {
				t.Errorf("%s: %s that is nonsense is passed over: %s", protocol, name, text)
			}
		}
	}
}

// What is right, and what is wrong and without effect, is not told of.
func TestCheckPassesOver(t *testing.T) {
	bad := map[string]string{
		"OTEL_TRACES_SAMPLER": "sometimes", "OTEL_BSP_SCHEDULE_DELAY": "x", "OTEL_BLRP_SCHEDULE_DELAY": "x",
		"OTEL_EXPORTER_OTLP_ENDPOINT": "nowhere",
	}
	for _, tt := range []struct {
		name string
		env  map[string]string
		use  environment.Use
		want []string // the variables that are told of
	}{
		{"nothing set", nil, environment.Use{SpanExporters: true, LogExporters: true}, nil},
		{"all wrong", bad, environment.Use{}, []string{
			"OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER"}},
		{"the program's endpoint", bad, environment.Use{Endpoint: "http://localhost:4318"}, []string{
			"OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_TRACES_SAMPLER"}},
		{"the program's sampler", bad, environment.Use{Sampler: true}, []string{
			"OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_EXPORTER_OTLP_ENDPOINT"}},
		{"the program's provider", bad, environment.Use{TracerProvider: true}, []string{
			"OTEL_BLRP_SCHEDULE_DELAY", "OTEL_EXPORTER_OTLP_ENDPOINT"}},
		{"nothing to send", map[string]string{"OTEL_BSP_SCHEDULE_DELAY": "x", "OTEL_BLRP_SCHEDULE_DELAY": "x", "OTEL_METRIC_EXPORT_INTERVAL": "x",
			"OTEL_EXPORTER_OTLP_PROTOCOL": "thrift"}, environment.Use{}, nil},
		{"an exporter of spans", map[string]string{"OTEL_BSP_SCHEDULE_DELAY": "x"}, environment.Use{SpanExporters: true}, []string{"OTEL_BSP_SCHEDULE_DELAY"}},
		{"an exporter of logs", map[string]string{"OTEL_BLRP_SCHEDULE_DELAY": "x"}, environment.Use{LogExporters: true}, []string{"OTEL_BLRP_SCHEDULE_DELAY"}},
		{"disabled", with(bad, "OTEL_SDK_DISABLED", "true"), environment.Use{}, nil},
		{"a certificate for the signal alone", map[string]string{"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://localhost:4318",
			"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE": "x"}, environment.Use{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told []string
			of(tt.env).Check(tt.use, func(variable string, _ error) { told = append(told, variable) })
			slices.Sort(told)
			if told = slices.Compact(told); !slices.Equal(told, tt.want) {
				t.Errorf("told of %q, want %q", told, tt.want)
			}
		})
	}
}

// An empty part of a list is none, in each variable that is one.
func TestEmptyPartsOfLists(t *testing.T) {
	for _, protocol := range []string{environment.HTTP, environment.GRPC} {
		set := map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT":       "http://127.0.0.1:1",
			"OTEL_EXPORTER_OTLP_PROTOCOL":       protocol,
			"OTEL_EXPORTER_OTLP_HEADERS":        "team=tea, ,stage=prod,",
			"OTEL_EXPORTER_OTLP_LOGS_HEADERS":   ",",
			"OTEL_RESOURCE_ATTRIBUTES":          "team=tea, ,stage=prod,",
			"OTEL_METRICS_EXPORTER":             "otlp, ,prometheus,",
			"OTEL_EXPORTER_OTLP_TRACES_HEADERS": "team=tea,",
		}
		if text := check(set, environment.Use{}); text != "" {
			t.Errorf("%s: %s", protocol, text)
		}
		// The others keep their places.
		if text := check(with(set, "OTEL_EXPORTER_OTLP_HEADERS", "team=tea,,stage"), environment.Use{}); !strings.Contains(text, "header 3") {
			t.Errorf("%s: %s", protocol, text)
		}
	}
}

func TestCheckKeepsCauses(t *testing.T) {
	found := false
	of(with(endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file")).Check(environment.Use{}, func(_ string, err error) {
		found = found || errors.Is(err, fs.ErrNotExist)
	})
	if !found {
		t.Error("the cause is hidden")
	}
}

func with(settings map[string]string, name, value string) map[string]string {
	more := map[string]string{name: value}
	for n, v := range settings {
		if n != name {
			more[n] = v
		}
	}
	return more
}
