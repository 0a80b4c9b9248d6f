package otelsetup_test

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"

	collogspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// backend is an OTLP receiver of all signals, over HTTP and gRPC.
type backend struct {
	coltracepb.UnimplementedTraceServiceServer

	mu      sync.Mutex
	spans   []*tracepb.Span
	metrics []*metricspb.Metric
	logs    []*logspb.LogRecord
	service string
	calls   []call
	bytes   []byte // everything that was understood
}

type call struct{ path, token string }

func (b *backend) keep(m proto.Message, c call) {
	raw, _ := proto.Marshal(m)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, c)
	b.bytes = append(b.bytes, raw...)
	switch m := m.(type) {
	case *coltracepb.ExportTraceServiceRequest:
		for _, r := range m.GetResourceSpans() {
			b.keepResource(r.GetResource())
			for _, s := range r.GetScopeSpans() {
				b.spans = append(b.spans, s.GetSpans()...)
			}
		}
	case *colmetricspb.ExportMetricsServiceRequest:
		for _, r := range m.GetResourceMetrics() {
			b.keepResource(r.GetResource())
			for _, s := range r.GetScopeMetrics() {
				b.metrics = append(b.metrics, s.GetMetrics()...)
			}
		}
	case *collogspb.ExportLogsServiceRequest:
		for _, r := range m.GetResourceLogs() {
			b.keepResource(r.GetResource())
			for _, s := range r.GetScopeLogs() {
				b.logs = append(b.logs, s.GetLogRecords()...)
			}
		}
	}
}

func (b *backend) keepResource(r *resourcepb.Resource) {
	if v := find(r.GetAttributes(), "service.name"); v != nil {
		b.service = v.GetStringValue()
	}
}

func find(attrs []*commonpb.KeyValue, key string) *commonpb.AnyValue {
	for _, attr := range attrs {
		if attr.GetKey() == key {
			return attr.GetValue()
		}
	}
	return nil
}

// got returns how many spans, data points' metrics and log records came.
func (b *backend) got() (spans, metrics, logs int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.spans), len(b.metrics), len(b.logs)
}

func (b *backend) metric(name string) *metricspb.Metric {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.metrics {
		if m.GetName() == name {
			return m
		}
	}
	return nil
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	data, err := io.ReadAll(body)
	decode := proto.Unmarshal
	if r.Header.Get("Content-Type") == "application/json" {
		// The test reads names only: of ids, OTLP writes hexadecimal digits, which
		// protojson takes for base64.
		decode = protojson.Unmarshal
	}
	var m proto.Message = new(coltracepb.ExportTraceServiceRequest)
	switch path.Base(r.URL.Path) {
	case "metrics":
		m = new(colmetricspb.ExportMetricsServiceRequest)
	case "logs":
		m = new(collogspb.ExportLogsServiceRequest)
	}
	if err == nil {
		err = decode(data, m)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.keep(m, call{r.URL.Path, r.Header.Get("token")})
}

func (b *backend) keepRPC(ctx context.Context, m proto.Message) {
	var c call
	if md, ok := metadata.FromIncomingContext(ctx); ok && len(md.Get("token")) > 0 {
		c.token = md.Get("token")[0]
	}
	b.keep(m, c)
}

func (b *backend) Export(ctx context.Context, m *coltracepb.ExportTraceServiceRequest) (*coltracepb.ExportTraceServiceResponse, error) {
	b.keepRPC(ctx, m)
	return new(coltracepb.ExportTraceServiceResponse), nil
}

type metricsBackend struct {
	colmetricspb.UnimplementedMetricsServiceServer
	*backend
}

func (b metricsBackend) Export(ctx context.Context, m *colmetricspb.ExportMetricsServiceRequest) (*colmetricspb.ExportMetricsServiceResponse, error) {
	b.keepRPC(ctx, m)
	return new(colmetricspb.ExportMetricsServiceResponse), nil
}

type logsBackend struct {
	collogspb.UnimplementedLogsServiceServer
	*backend
}

func (b logsBackend) Export(ctx context.Context, m *collogspb.ExportLogsServiceRequest) (*collogspb.ExportLogsServiceResponse, error) {
	b.keepRPC(ctx, m)
	return new(collogspb.ExportLogsServiceResponse), nil
}

// serveHTTP serves a backend until the end of the test and returns its URL.
func serveHTTP(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// serveGRPC does so over gRPC.
func serveGRPC(t *testing.T, b *backend) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(b)
	t.Cleanup(server.Stop)
	go server.Serve(listener)
	return "http://" + listener.Addr().String()
}

func newServer(b *backend, opts ...grpc.ServerOption) *grpc.Server {
	server := grpc.NewServer(opts...)
	coltracepb.RegisterTraceServiceServer(server, b)
	colmetricspb.RegisterMetricsServiceServer(server, metricsBackend{backend: b})
	collogspb.RegisterLogsServiceServer(server, logsBackend{backend: b})
	return server
}
