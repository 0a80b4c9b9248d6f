package e2e

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

type span = trace.Span

// A receiver takes spans over OTLP/HTTP and keeps them.
type receiver struct {
	url string

	mu         sync.Mutex
	spans      map[string]*span // by trace and span id
	attributes map[string]string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{spans: make(map[string]*span), attributes: make(map[string]string)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the program was stopped
		}
		var export collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &export); err != nil {
			t.Errorf("not OTLP: %v", err)
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.keep(&export)
		w.Header().Set("Content-Type", "application/x-protobuf")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *receiver) keep(export *collector.ExportTraceServiceRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range export.ResourceSpans {
		for _, kv := range resource.Resource.GetAttributes() {
			r.attributes[kv.Key] = kv.Value.GetStringValue()
		}
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				r.spans[hex.EncodeToString(s.TraceId)+hex.EncodeToString(s.SpanId)] = s
			}
		}
	}
}

// span returns a span that has arrived, or nil.
func (r *receiver) span(traceID, spanID string) *span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.spans[traceID+spanID]
}

func (r *receiver) resource(key string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.attributes[key]
}

func attribute(s *span, key string) string {
	for _, kv := range s.Attributes {
		if kv.Key == key {
			return kv.Value.GetStringValue()
		}
	}
	return ""
}
