package otelsetup_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	collogspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// A moody receiver answers as its mood is, and can be gone.
//
//	answers   all is well
//	slow      after a moment
//	partial   that it rejects one record of each request
//	refuses   403, which is final
//	400, 500  so, which are final as well
//	503       asks to try again
//	hangs     takes the request, and says nothing
//	blocks    accepts connections, and reads nothing
//	gone      refuses connections
type moody struct {
	backend
	mood     atomic.Value // string
	protocol string
	addr     string
	stop     func()
}

func newMoody(t *testing.T, protocol, mood string) *moody {
	m := &moody{protocol: protocol, addr: "127.0.0.1:0"}
	m.mood.Store(mood)
	m.listen(t)
	t.Cleanup(func() { m.stop() })
	if mood == "gone" {
		m.stop()
	}
	return m
}

func (m *moody) listen(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", m.addr)
	if err != nil {
		t.Fatal(err)
	}
	m.addr = listener.Addr().String()
	if m.mood.Load() == "blocks" {
		m.stop = block(listener)
		return
	}
	if m.protocol == environment.GRPC {
		server := newServer(&m.backend, grpc.UnaryInterceptor(m.intercept))
		m.stop = server.Stop
		go server.Serve(listener)
		return
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(m.answer)}}
	server.Start()
	m.stop = server.Close
}

// block accepts connections and leaves them alone.
func block(listener net.Listener) (stop func()) {
	accepted := make(chan []net.Conn)
	go func() {
		var all []net.Conn
		for {
			conn, err := listener.Accept()
			if err != nil {
				accepted <- all
				return
			}
			all = append(all, conn)
		}
	}()
	return func() {
		listener.Close()
		for _, conn := range <-accepted {
			conn.Close()
		}
	}
}

func (m *moody) answer(w http.ResponseWriter, r *http.Request) {
	switch m.mood.Load() {
	case "refuses":
		http.Error(w, "not yours", http.StatusForbidden)
	case "400":
		http.Error(w, "what is this", http.StatusBadRequest)
	case "500":
		http.Error(w, "my fault", http.StatusInternalServerError)
	case "503":
		http.Error(w, "later", http.StatusServiceUnavailable)
	case "partial":
		m.ServeHTTP(w, r)
		answer, _ := proto.Marshal(rejectOne(path.Base(r.URL.Path)))
		w.Header().Set("Content-Type", "application/x-protobuf")
		w.Write(answer)
	case "hangs":
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	case "slow":
		select {
		case <-time.After(50 * time.Millisecond):
			m.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	default:
		m.ServeHTTP(w, r)
	}
}

// rejectOne is the answer to a request of the signal.
func rejectOne(signal string) proto.Message {
	switch signal {
	case "traces":
		return &coltracepb.ExportTraceServiceResponse{PartialSuccess: &coltracepb.ExportTracePartialSuccess{RejectedSpans: 1, ErrorMessage: "no"}}
	case "metrics":
		return &colmetricspb.ExportMetricsServiceResponse{PartialSuccess: &colmetricspb.ExportMetricsPartialSuccess{RejectedDataPoints: 1, ErrorMessage: "no"}}
	}
	return &collogspb.ExportLogsServiceResponse{PartialSuccess: &collogspb.ExportLogsPartialSuccess{RejectedLogRecords: 1, ErrorMessage: "no"}}
}

func (m *moody) intercept(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	switch m.mood.Load() {
	case "refuses":
		return nil, status.Error(codes.PermissionDenied, "not yours")
	case "400":
		return nil, status.Error(codes.InvalidArgument, "what is this")
	case "500":
		return nil, status.Error(codes.Internal, "my fault")
	case "503":
		return nil, status.Error(codes.Unavailable, "later")
	case "partial":
		_, err := handle(ctx, request)
		switch request.(type) {
		case *coltracepb.ExportTraceServiceRequest:
			return rejectOne("traces"), err
		case *colmetricspb.ExportMetricsServiceRequest:
			return rejectOne("metrics"), err
		}
		return rejectOne("logs"), err
	case "hangs":
		<-ctx.Done()
		return nil, ctx.Err()
	case "slow":
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return handle(ctx, request)
}

// comesBack makes it answer.
func (m *moody) comesBack(t *testing.T) {
	if m.mood.Swap("answers") == "gone" {
		m.listen(t)
	}
}

// hasLog reports whether a record with this body came.
func (m *moody) hasLog(body string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.logs {
		if r.GetBody().GetStringValue() == body {
			return true
		}
	}
	return false
}

func (m *moody) hasSpan(id trace.SpanID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.spans {
		if trace.SpanID(s.GetSpanId()) == id {
			return true
		}
	}
	return false
}
