package e2e

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	logs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	metrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	traces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// A scale weighs what arrives over OTLP/HTTP with gzip.
type scale struct {
	url string

	mu     sync.Mutex
	totals map[string]weight // by path
}

// A weight is the sum of some requests.
type weight struct {
	requests, items   float64
	plain, compressed float64 // bytes
}

func newScale(t *testing.T) *scale {
	t.Helper()
	s := &scale{totals: make(map[string]weight)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.weigh(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *scale) weigh(r *http.Request) error {
	compressed, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	unzip, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(unzip)
	if err != nil {
		return err
	}
	items, err := countItems(r.URL.Path, plain)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	total := s.totals[r.URL.Path]
	total.requests++
	total.items += float64(items)
	total.plain += float64(len(plain))
	total.compressed += float64(len(compressed))
	s.totals[r.URL.Path] = total
	return nil
}

func (s *scale) total(signal string) weight {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.totals["/v1/"+signal]
}

// countItems returns how many spans, data points or records a request has.
func countItems(path string, body []byte) (n int, err error) {
	switch path {
	case "/v1/traces":
		var export traces.ExportTraceServiceRequest
		err = proto.Unmarshal(body, &export)
		for _, r := range export.ResourceSpans {
			for _, scope := range r.ScopeSpans {
				n += len(scope.Spans)
			}
		}
	case "/v1/logs":
		var export logs.ExportLogsServiceRequest
		err = proto.Unmarshal(body, &export)
		for _, r := range export.ResourceLogs {
			for _, scope := range r.ScopeLogs {
				n += len(scope.LogRecords)
			}
		}
	case "/v1/metrics":
		var export metrics.ExportMetricsServiceRequest
		err = proto.Unmarshal(body, &export)
		for _, r := range export.ResourceMetrics {
			for _, scope := range r.ScopeMetrics {
				for _, m := range scope.Metrics {
					n += points(m)
				}
			}
		}
	}
	return n, err
}

func points(m *common.Metric) int {
	return len(m.GetGauge().GetDataPoints()) + len(m.GetSum().GetDataPoints()) +
		len(m.GetHistogram().GetDataPoints()) + len(m.GetExponentialHistogram().GetDataPoints()) +
		len(m.GetSummary().GetDataPoints())
}

// page returns /metrics as a scraper gets it, with or without gzip.
func page(t *testing.T, target, encoding string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+target+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	req.Header.Set("Accept-Encoding", encoding)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.Header.Get("Content-Encoding") != strings.TrimPrefix(encoding, "identity") {
		t.Fatalf("Content-Encoding %q, %v", res.Header.Get("Content-Encoding"), err)
	}
	return body
}

var sizeRow = regexp.MustCompile(`(?m)^\| (.+?) \| ([0-9,]+) \|$`)

// TestSizesInGuide: the numbers that docs/guides/scaling.md reckons with are
// those that quickstart has.
func TestSizesInGuide(t *testing.T) {
	s := newScale(t)
	program, target := startQuickstart(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+s.url, "OTEL_EXPORTER_OTLP_COMPRESSION=gzip",
		"OTEL_METRIC_EXPORT_INTERVAL=1000")
	setFault(t, target, "slow")
	program.Eventually(t, "enough of everything", func() bool {
		return s.total("traces").items > 2000 && s.total("logs").items > 50 && s.total("metrics").requests > 5 &&
			bytes.Contains(page(t, target, "identity"), []byte("kvdb_engine_"))
	})

	plain := page(t, target, "identity")
	measured := map[string]float64{
		"series of a process with one store":     float64(len(regexp.MustCompile(`(?m)^[a-z]`).FindAll(plain, -1))),
		"of these, of the store":                 float64(len(regexp.MustCompile(`(?m)^[a-z].*db_namespace=`).FindAll(plain, -1))),
		"bytes of a scrape":                      float64(len(plain)),
		"bytes of a scrape, gzip":                float64(len(page(t, target, "gzip"))),
		"data points of an OTLP export":          s.total("metrics").items / s.total("metrics").requests,
		"bytes of an OTLP export of metrics":     s.total("metrics").plain / s.total("metrics").requests,
		"bytes of the same, gzip":                s.total("metrics").compressed / s.total("metrics").requests,
		"bytes of a span in a batch":             s.total("traces").plain / s.total("traces").items,
		"bytes of a span in a batch, gzip":       s.total("traces").compressed / s.total("traces").items,
		"bytes of a log record in a batch":       s.total("logs").plain / s.total("logs").items,
		"bytes of a log record in a batch, gzip": s.total("logs").compressed / s.total("logs").items,
		"bytes of an operation's line on stdout": lineSize(program.Stdout.String()),
	}
	text, err := os.ReadFile(scalingGuide)
	if err != nil {
		t.Fatal(err)
	}
	stated := make(map[string]float64)
	for _, m := range sizeRow.FindAllStringSubmatch(string(text), -1) {
		if stated[m[1]], err = strconv.ParseFloat(strings.ReplaceAll(m[2], ",", ""), 64); err != nil {
			t.Fatal(err)
		}
	}
	for what, got := range measured {
		t.Logf("%s: %.0f", what, got)
		if want, ok := stated[what]; !ok || math.Abs(got-want) > 0.25*want {
			t.Errorf("%s: %.0f, and docs/guides/scaling.md says %.0f", what, got, want)
		}
	}
}

// lineSize returns the mean length of an operation's line.
func lineSize(stdout string) float64 {
	var lines, size float64
	for line := range strings.Lines(stdout) {
		if strings.Contains(line, `"operation slow"`) {
			lines++
			size += float64(len(line))
		}
	}
	return size / lines
}
