package everything

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	collectorlogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A receiver takes all signals over OTLP/HTTP, unless it refuses them.
type receiver struct {
	url     string
	refuses atomic.Bool
	metrics *sightings
	lines   *lines
	spans   *spans
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{metrics: newSightings(), lines: newLines(true), spans: newSpans()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/metrics", func(w http.ResponseWriter, req *http.Request) {
		var export collectormetrics.ExportMetricsServiceRequest
		if r.take(t, w, req, &export) {
			r.metrics.export(export.GetResourceMetrics())
		}
	})
	mux.HandleFunc("POST /v1/traces", func(w http.ResponseWriter, req *http.Request) {
		var export collectortrace.ExportTraceServiceRequest
		if r.take(t, w, req, &export) {
			r.spans.export(export.GetResourceSpans())
		}
	})
	mux.HandleFunc("POST /v1/logs", func(w http.ResponseWriter, req *http.Request) {
		var export collectorlogs.ExportLogsServiceRequest
		if r.take(t, w, req, &export) {
			r.lines.export(export.GetResourceLogs())
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// take reads a request and answers it.
func (r *receiver) take(t *testing.T, w http.ResponseWriter, req *http.Request, export proto.Message) bool {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return false
	}
	if r.refuses.Load() {
		http.Error(w, "not now", http.StatusBadRequest)
		return false
	}
	if err := proto.Unmarshal(body, export); err != nil {
		t.Errorf("not OTLP: %v", err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	return true
}
