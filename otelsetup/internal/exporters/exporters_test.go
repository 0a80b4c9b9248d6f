package exporters_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// settings are those of an environment. Their ends are kept by name.
func settings(t *testing.T, set map[string]string) (exporters.Settings, map[string]func()) {
	console := linewriter.New(io.Discard, linewriter.Options{})
	t.Cleanup(func() { _ = console.Close(context.Background()) })
	ends := make(map[string]func())
	return exporters.Settings{
		Environment: func(name string) string { return set[name] },
		Console:     console,
		Connected:   func(s environment.Signal, end func()) { ends[s.Name] = end },
	}, ends
}

// kinds makes all exporters, shuts them down, and returns what kinds they are of.
func kinds(t *testing.T, s exporters.Settings) (string, error) {
	var all []string
	spans, err := s.Spans(t.Context())
	for _, e := range spans {
		all = append(all, e.Kind)
		err = errors.Join(err, e.Exporter.Shutdown(t.Context()))
	}
	metrics, err2 := s.Metrics(t.Context())
	for _, e := range metrics {
		all = append(all, e.Kind)
		err = errors.Join(err, e.Exporter.Shutdown(t.Context()))
	}
	logs, err3 := s.Logs(t.Context())
	for _, e := range logs {
		all = append(all, e.Kind)
		err = errors.Join(err, e.Exporter.Shutdown(t.Context()))
	}
	return strings.Join(all, " "), errors.Join(err, err2, err3)
}

func TestKinds(t *testing.T) {
	const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
	for _, tt := range []struct {
		name     string
		set      map[string]string
		endpoint string
		want     string
		ends     int
	}{
		{"none", nil, "", "", 0},
		{"the program's", nil, "http://localhost:4318", "otlp_http_span_exporter otlp_http_metric_exporter otlp_http_log_exporter", 3},
		{"HTTP", map[string]string{endpoint: "http://localhost:4318"}, "", "otlp_http_span_exporter otlp_http_metric_exporter otlp_http_log_exporter", 3},
		{"gRPC", map[string]string{endpoint: "https://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "",
			"otlp_grpc_span_exporter otlp_grpc_metric_exporter otlp_grpc_log_exporter", 0},
		{"JSON", map[string]string{endpoint: "http://localhost:4318", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json", "OTEL_METRICS_EXPORTER": "none",
			"OTEL_LOGS_EXPORTER": "none"}, "", "otlp_http_json_span_exporter", 1},
		{"console", map[string]string{"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "console,prometheus", "OTEL_LOGS_EXPORTER": "console"}, "",
			"console_span_exporter console_metric_exporter console_log_exporter", 0},
		{"both", map[string]string{"OTEL_TRACES_EXPORTER": "otlp,console"}, "", "otlp_http_span_exporter console_span_exporter", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, ends := settings(t, tt.set)
			s.Endpoint = tt.endpoint
			got, err := kinds(t, s)
			if err != nil || got != tt.want || len(ends) != tt.ends {
				t.Errorf("kinds %s, want %s; %d connections, want %d; error %v", got, tt.want, len(ends), tt.ends, err)
			}
			for _, end := range ends {
				end()
			}
		})
	}
}

// What cannot be made says of which signal.
func TestErrors(t *testing.T) {
	s, _ := settings(t, map[string]string{"OTEL_TRACES_EXPORTER": "pigeon", "OTEL_METRICS_EXPORTER": "pigeon", "OTEL_LOGS_EXPORTER": "pigeon"})
	if _, err := kinds(t, s); err == nil || strings.Count(err.Error(), "pigeon") != 3 {
		t.Errorf("error %v", err)
	}
	s, ends := settings(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "https://localhost:4318", "OTEL_EXPORTER_OTLP_CERTIFICATE": "/no/such/file"})
	_, err := kinds(t, s)
	for _, signal := range []string{"traces", "metrics", "logs"} {
		if err == nil || !strings.Contains(err.Error(), "OTLP exporter of "+signal+": ") || len(ends) != 0 {
			t.Errorf("error %v, %d connections", err, len(ends))
		}
	}
}

// The connection of a signal is open until it is ended.
func TestConnectionsEnd(t *testing.T) {
	before := goleak.IgnoreCurrent()
	paths := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { paths <- r.URL.Path }))
	s, ends := settings(t, map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": server.URL + "/mine"})
	made, err := s.Spans(t.Context())
	if err != nil || len(made) != 1 {
		t.Fatal(made, err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(made[0].Exporter))
	_, span := provider.Tracer("test").Start(t.Context(), "span")
	span.End()
	if path := <-paths; path != "/mine" {
		t.Errorf("path %s", path)
	}
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	ends["traces"]()
	server.Close()
	if err := s.Console.Close(t.Context()); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
}
