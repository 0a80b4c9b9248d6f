package otelsetup

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// receiver is an OTLP receiver of traces over HTTP and gRPC.
type receiver struct {
	mu       sync.Mutex
	requests []*coltracepb.ExportTraceServiceRequest
	paths    []string
	tokens   []string
}

func (r *receiver) keep(request *coltracepb.ExportTraceServiceRequest, path, token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	r.paths = append(r.paths, path)
	r.tokens = append(r.tokens, token)
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body := io.Reader(request.Body)
	if request.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	data, err := io.ReadAll(body)
	decode := proto.Unmarshal
	if request.Header.Get("Content-Type") == "application/json" {
		// The test reads names only: of ids, OTLP writes hexadecimal digits, which
		// protojson takes for base64.
		decode = protojson.Unmarshal
	}
	var export coltracepb.ExportTraceServiceRequest
	if err == nil {
		err = decode(data, &export)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.keep(&export, request.URL.Path, request.Header.Get("token"))
}

func (r *receiver) Export(ctx context.Context, export *coltracepb.ExportTraceServiceRequest) (*coltracepb.ExportTraceServiceResponse, error) {
	var token string
	if md, ok := metadata.FromIncomingContext(ctx); ok && len(md.Get("token")) > 0 {
		token = md.Get("token")[0]
	}
	r.keep(export, "", token)
	return &coltracepb.ExportTraceServiceResponse{}, nil
}

// spans returns the names of the spans and the service's name.
func (r *receiver) spans() (names []string, service string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, request := range r.requests {
		for _, resource := range request.GetResourceSpans() {
			for _, attr := range resource.GetResource().GetAttributes() {
				if attr.GetKey() == "service.name" {
					service = attr.GetValue().GetStringValue()
				}
			}
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					names = append(names, span.GetName())
				}
			}
		}
	}
	return names, service
}

func TestOTLP(t *testing.T) {
	var r *receiver
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) { r.ServeHTTP(w, request) }))
	defer web.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	defer server.Stop()
	coltracepb.RegisterTraceServiceServer(server, traceService{current: &r})
	go server.Serve(listener)
	rpc := "http://" + listener.Addr().String()

	for _, tt := range []struct {
		name string
		env  map[string]string
		opts []Option
		path string
	}{
		{"base endpoint", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": web.URL}, nil, "/v1/traces"},
		{"endpoint of traces", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": web.URL + "/here", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, nil, "/here"},
		{"option", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, []Option{WithOTLPEndpoint(web.URL + "/base/")}, "/base/v1/traces"},
		{"compressed", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": web.URL, "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}, nil, "/v1/traces"},
		{"JSON", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": web.URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, nil, "/v1/traces"},
		{"gRPC", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": rpc, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, nil, ""},
		{"gRPC for traces, option", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, []Option{WithOTLPEndpoint(rpc)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r = new(receiver)
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "token=a%20secret")
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			tel, err := Start(t.Context(), append(tt.opts, WithLogger(zap.NewNop()), WithServiceName("checkout"))...)
			if err != nil {
				t.Fatal(err)
			}
			_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
			span.End()
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			names, service := r.spans()
			if len(names) != 1 || names[0] != "request" || service != "checkout" {
				t.Fatalf("received %v of %q", names, service)
			}
			if r.paths[0] != tt.path || r.tokens[0] != "a secret" {
				t.Errorf("path %q, token %q", r.paths[0], r.tokens[0])
			}
		})
	}
}

// traceService is the receiver of the running subtest.
type traceService struct {
	coltracepb.UnimplementedTraceServiceServer
	current **receiver
}

func (s traceService) Export(ctx context.Context, export *coltracepb.ExportTraceServiceRequest) (*coltracepb.ExportTraceServiceResponse, error) {
	return (*s.current).Export(ctx, export)
}

// Without an endpoint there is no exporter, and nobody calls at its default
// addresses.
func TestSilentWithoutEndpoint(t *testing.T) {
	calls := make(chan string, 10)
	for _, address := range []string{"localhost:4317", "localhost:4318"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("not watched: %v", err)
			continue
		}
		done := make(chan struct{})
		defer func() { listener.Close(); <-done }()
		go func() {
			defer close(done)
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				conn.Close()
				calls <- address
			}
		}()
	}
	if exporter, err := newSpanExporter(t.Context(), newConfig(nil)); exporter != nil || err != nil {
		t.Errorf("exporter %v, error %v", exporter, err)
	}
	tel := start(t)
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	if !span.IsRecording() || !span.SpanContext().IsSampled() {
		t.Error("the span is not real")
	}
	span.End()
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case address := <-calls:
		t.Errorf("dialled %s", address)
	default:
	}
}

func TestSpanSampler(t *testing.T) {
	for _, tt := range []struct {
		name, variable, arg string
		opts                []Option
		want                bool
	}{
		{"default", "", "", nil, true},
		{"variable", "always_off", "", nil, false},
		{"variable with argument", "parentbased_traceidratio", "0", nil, false},
		{"option over variable", "always_off", "", []Option{WithSampler(sdktrace.AlwaysSample())}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("OTEL_TRACES_SAMPLER", tt.variable)
			t.Setenv("OTEL_TRACES_SAMPLER_ARG", tt.arg)
			_, span := start(t, tt.opts...).TracerProvider().Tracer("test").Start(t.Context(), "request")
			defer span.End()
			if got := span.SpanContext().IsSampled(); got != tt.want {
				t.Errorf("sampled: %v", got)
			}
		})
	}
}

func TestSpanProcessorAndExporter(t *testing.T) {
	recorder, exporter := tracetest.NewSpanRecorder(), new(countingExporter)
	tel := start(t, WithSpanProcessor(recorder), WithSpanExporter(exporter))
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	span.End()
	if len(recorder.Ended()) != 1 {
		t.Error("the processor got nothing")
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if exporter.spans != 1 || !exporter.shut {
		t.Errorf("the exporter got %+v", exporter)
	}
}

type countingExporter struct {
	spans int
	shut  bool
}

func (e *countingExporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.spans += len(spans)
	return nil
}

func (e *countingExporter) Shutdown(context.Context) error {
	e.shut = true
	return nil
}

func TestOwnTracerProvider(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	recorder := tracetest.NewSpanRecorder()
	own := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	defer own.Shutdown(context.Background())
	tel := start(t, WithTracerProvider(own), WithShutdownTimeout(time.Minute))
	if tel.TracerProvider() != own {
		t.Fatal("another provider")
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, span := own.Tracer("test").Start(t.Context(), "after")
	span.End()
	if len(recorder.Ended()) != 1 {
		t.Error("Shutdown ended a provider that is not the Telemetry's")
	}
}
