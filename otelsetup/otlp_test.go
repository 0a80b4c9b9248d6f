package otelsetup_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup"
)

// emit makes one span, one log record and the metrics of a store.
func emit(t *testing.T, tel *otelsetup.Telemetry) {
	t.Helper()
	span := use(t, tel, "orders")
	if !span.IsSampled() {
		t.Error("the span is not sampled")
	}
	tel.Logger().Info("hello", zap.Int("answer", 42))
}

func setenv(t *testing.T, env map[string]string) {
	t.Helper()
	for name, value := range env {
		t.Setenv(name, value)
	}
}

func TestOTLP(t *testing.T) {
	for _, tt := range []struct {
		name  string
		env   func(web, rpc string) map[string]string
		opts  func(web, rpc string) []otelsetup.Option
		paths []string // of traces, metrics and logs
	}{
		{"base endpoint", func(web, _ string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": web}
		}, nil, []string{"/v1/traces", "/v1/metrics", "/v1/logs"}},
		{"base endpoint with a path", func(web, _ string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": web + "/otlp/"}
		}, nil, []string{"/otlp/v1/traces", "/otlp/v1/metrics", "/otlp/v1/logs"}},
		{"endpoints of signals", func(web, _ string) map[string]string {
			return map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT":         "http://127.0.0.1:1",
				"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT":  web,
				"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": web + "/my/metrics",
				"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT":    web + "/my/logs",
			}
		}, nil, []string{"/", "/my/metrics", "/my/logs"}},
		{"option", func(string, string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
		}, func(web, _ string) []otelsetup.Option {
			return []otelsetup.Option{otelsetup.WithOTLPEndpoint(web + "/base/")}
		},
			[]string{"/base/v1/traces", "/base/v1/metrics", "/base/v1/logs"}},
		{"compressed", func(web, _ string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": web, "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}
		}, nil, []string{"/v1/traces", "/v1/metrics", "/v1/logs"}},
		{"JSON for traces", func(web, _ string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": web, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}
		}, nil, []string{"/v1/traces", "/v1/metrics", "/v1/logs"}},
		{"gRPC", func(_, rpc string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": rpc, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
		}, nil, []string{"", "", ""}},
		{"gRPC without a scheme", func(_, rpc string) map[string]string {
			return map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": "dns:///" + rpc[len("http://"):],
				"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_INSECURE": "true",
			}
		}, nil, []string{"", "", ""}},
		{"gRPC by option", func(string, string) map[string]string {
			return map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
		}, func(_, rpc string) []otelsetup.Option { return []otelsetup.Option{otelsetup.WithOTLPEndpoint(rpc)} }, []string{"", "", ""}},
		{"gRPC for logs", func(web, rpc string) map[string]string {
			return map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT":      web,
				"OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": rpc,
			}
		}, nil, []string{"/v1/traces", "/v1/metrics", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := new(backend)
			web, rpc := serveHTTP(t, b), serveGRPC(t, b)
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "token=a%20secret")
			setenv(t, tt.env(web, rpc))
			opts := []otelsetup.Option{otelsetup.WithLogWriter(io.Discard), otelsetup.WithServiceName("checkout")}
			if tt.opts != nil {
				opts = append(opts, tt.opts(web, rpc)...)
			}
			tel, err := otelsetup.Start(t.Context(), opts...)
			if err != nil {
				t.Fatal(err)
			}
			emit(t, tel)
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if spans, metrics, logs := b.got(); spans != 3 || metrics == 0 || logs != 1 {
				t.Fatalf("received %d spans, %d metrics, %d log records", spans, metrics, logs)
			}
			if b.service != "checkout" {
				t.Errorf("service %q", b.service)
			}
			var paths []string
			for _, c := range b.calls {
				if paths = append(paths, c.path); c.token != "a secret" {
					t.Errorf("%q: token %q", c.path, c.token)
				}
			}
			want := slices.Clone(tt.paths)
			slices.Sort(want)
			slices.Sort(paths)
			if !slices.Equal(paths, want) {
				t.Errorf("paths %q, want %q", paths, want)
			}
			if lost := tel.Losses(); lost != (otelsetup.Losses{}) {
				t.Errorf("losses %+v", lost)
			}
		})
	}
}

// Prometheus and OTLP at once, each with what it expects.
func TestPrometheusBesideOTLP(t *testing.T) {
	for _, tt := range []struct {
		preference string
		want       metricspb.AggregationTemporality
	}{
		{"", metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE},
		{"Delta", metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA},
	} {
		t.Run(tt.preference, func(t *testing.T) {
			b := new(backend)
			setenv(t, map[string]string{
				"OTEL_METRICS_EXPORTER":                             "prometheus,otlp",
				"OTEL_EXPORTER_OTLP_ENDPOINT":                       serveHTTP(t, b),
				"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": tt.preference,
				"OTEL_TRACES_EXPORTER":                              "none",
				"OTEL_LOGS_EXPORTER":                                "none",
			})
			tel := start(t)
			use(t, tel, "orders")
			for range 2 {
				if err := tel.ForceFlush(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if m, ok := value(pageOf(t, tel.MetricsHandler())["kvdb_requests_total"], "kvdb_outcome", "ok"); !ok || m.GetCounter() == nil {
				t.Error("no requests on /metrics")
			}
			if got := b.metric("kvdb.requests").GetSum().GetAggregationTemporality(); got != tt.want {
				t.Errorf("temporality %v, want %v", got, tt.want)
			}
			if b.metric("kvdb.request.latency.quantiles").GetSummary() == nil {
				t.Error("no quantiles over OTLP")
			}
			if b.metric("otel.sdk.exporter.metric_data_point.exported") == nil {
				t.Error("the exporter's own metric is missing")
			}
			if spans, _, logs := b.got(); spans+logs != 0 {
				t.Errorf("%d spans and %d log records came all the same", spans, logs)
			}
		})
	}
}

func TestExemplarFilter(t *testing.T) {
	for filter, want := range map[string]bool{"": true, "trace_based": true, "always_off": false, "ALWAYS_OFF": false} {
		t.Run(filter, func(t *testing.T) {
			b := new(backend)
			t.Setenv("OTEL_METRICS_EXEMPLAR_FILTER", filter)
			tel := start(t, otelsetup.WithOTLPEndpoint(serveHTTP(t, b)))
			use(t, tel, "orders")
			if err := tel.ForceFlush(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, page := get(t, tel.MetricsHandler(), openMetrics)
			if got := strings.Contains(page, "trace_id="); got != want {
				t.Errorf("exemplars on /metrics: %v", got)
			}
			pushed := false
			for _, p := range b.metric("db.client.operation.duration").GetHistogram().GetDataPoints() {
				pushed = pushed || len(p.GetExemplars()) > 0
			}
			if pushed != want {
				t.Errorf("exemplars over OTLP: %v", pushed)
			}
		})
	}
}

// No connection outlives Shutdown, though the receiver would keep it open.
func TestConnectionsEnd(t *testing.T) {
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			b := new(backend)
			url := serveHTTP(t, b)
			if protocol == "grpc" {
				url = serveGRPC(t, b)
			}
			before := goleak.IgnoreCurrent()
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint(url))
			if err != nil {
				t.Fatal(err)
			}
			tel.Logger().Info("hello")
			_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
			span.End()
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			goleak.VerifyNone(t, before)
		})
	}
}

// TLS with certificates of files, for both sides.
func TestTLS(t *testing.T) {
	b := new(backend)
	server := httptest.NewUnstartedServer(b)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	defer server.Close()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	key, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate := write("cert.pem", "CERTIFICATE", server.Certificate().Raw)
	setenv(t, map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT":           server.URL,
		"OTEL_EXPORTER_OTLP_CERTIFICATE":        certificate,
		"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": certificate,
		"OTEL_EXPORTER_OTLP_CLIENT_KEY":         write("key.pem", "PRIVATE KEY", key),
		"OTEL_EXPORTER_OTLP_TIMEOUT":            "3000",
	})
	tel := startLogging(t, otelsetup.WithLogWriter(io.Discard))
	emit(t, tel)
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if spans, metrics, logs := b.got(); spans != 3 || metrics == 0 || logs != 1 {
		t.Errorf("received %d spans, %d metrics, %d log records", spans, metrics, logs)
	}
}
