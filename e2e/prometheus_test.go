package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A prometheus is a Prometheus server that scrapes one target.
type prometheus struct {
	*process.Process
	url string
}

// startPrometheus runs one that scrapes every second.
func startPrometheus(t *testing.T, target string) *prometheus {
	t.Helper()
	return runPrometheus(t, target, time.Second)
}

func runPrometheus(t *testing.T, target string, interval time.Duration) *prometheus {
	t.Helper()
	s := prometheusServer{path: process.Installed(t, "prometheus"), flags: []string{"--enable-feature=exemplar-storage"}}
	return s.run(t, interval, target)
}

// A prometheusServer is a version of it, and how it is set up.
type prometheusServer struct {
	path   string
	flags  []string
	global string // of its configuration
}

func (s prometheusServer) run(t *testing.T, interval time.Duration, targets ...string) *prometheus {
	t.Helper()
	dir, address := t.TempDir(), process.FreeAddress(t)
	config := filepath.Join(dir, "prometheus.yml")
	err := os.WriteFile(config, fmt.Appendf(nil, `
global: {scrape_interval: %[1]dms, scrape_timeout: %[1]dms%[3]s}
scrape_configs:
- job_name: quickstart
  static_configs: [{targets: ["%[2]s"]}]
`, interval.Milliseconds(), strings.Join(targets, `", "`), s.global), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p := &prometheus{url: "http://" + address}
	p.Process = launch(t, exec.Command(s.path, append(s.flags,
		"--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address)...))
	p.Eventually(t, "Prometheus", func() bool {
		_, err := fetch(t, p.url+"/-/ready")
		return err == nil
	})
	return p
}

// query calls the HTTP API and decodes what it answers under data.
func (p *prometheus) query(t *testing.T, path string, parameters url.Values, data any) {
	t.Helper()
	body, err := fetch(t, p.url+path+"?"+parameters.Encode())
	if err != nil {
		t.Fatal(err)
	}
	answer := struct {
		Status string
		Data   any
	}{Data: data}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
}

// value returns what PromQL makes of an expression, summed over its series;
// ok is false when there are none.
func (p *prometheus) value(t *testing.T, expression string) (total float64, ok bool) {
	t.Helper()
	var data struct {
		Result []struct {
			Value [2]any // time, value
		}
	}
	p.query(t, "/api/v1/query", url.Values{"query": {expression}}, &data)
	for _, series := range data.Result {
		text, _ := series.Value[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		total += v
	}
	return total, len(data.Result) > 0
}

func (p *prometheus) eventually(t *testing.T, expression string, ok func(float64) bool) {
	t.Helper()
	p.Eventually(t, expression, func() bool {
		v, found := p.value(t, expression)
		return found && ok(v)
	})
}

// An exemplar is one of query_exemplars.
type exemplar struct {
	Labels struct {
		TraceID string `json:"trace_id"`
		SpanID  string `json:"span_id"`
	}
	Value string

	series map[string]string
}

func (p *prometheus) exemplars(t *testing.T, expression string) (all []exemplar) {
	t.Helper()
	var data []struct {
		SeriesLabels map[string]string
		Exemplars    []exemplar
	}
	now := time.Now()
	p.query(t, "/api/v1/query_exemplars", url.Values{
		"query": {expression},
		"start": {now.Add(-time.Hour).Format(time.RFC3339)},
		"end":   {now.Add(time.Hour).Format(time.RFC3339)},
	}, &data)
	for _, series := range data {
		for _, e := range series.Exemplars {
			e.series = series.SeriesLabels
			all = append(all, e)
		}
	}
	return all
}

func fetch(t *testing.T, url string) ([]byte, error) {
	t.Helper()
	status, body, err := process.TryGet(context.WithoutCancel(t.Context()), url)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s: status %d: %s", url, status, body)
	}
	return []byte(body), err
}

// TestPrometheusScrapes: the server that people run understands what the
// program shows.
func TestPrometheusScrapes(t *testing.T) {
	t.Parallel()
	process.Installed(t, "prometheus")
	_, target := startQuickstart(t)
	p := startPrometheus(t, target)

	p.eventually(t, `up{job="quickstart"}`, func(v float64) bool { return v == 1 })
	p.eventually(t, `sum(rate(kvdb_requests_total[10s]))`, func(v float64) bool { return v > 100 })
	p.eventually(t, `histogram_quantile(0.99, sum by (le) (rate(db_client_operation_duration_seconds_bucket{db_operation_name="get"}[10s])))`,
		func(v float64) bool { return v > 0 && v < 10 })
	p.eventually(t, `kvdb_request_latency_quantiles_seconds{db_operation_name="get",quantile="0.5"}`,
		func(v float64) bool { return v > 0 && v < 10 })
	p.eventually(t, `count({__name__=~"process_.+|go_.+|kvdb_engine_.+|kvdb_memory_bytes"})`, func(v float64) bool { return v > 20 })
	p.eventually(t, `scrape_samples_scraped{job="quickstart"}`, func(v float64) bool { return v > 100 && v < 1500 })

	before, _ := p.value(t, `sum(kvdb_requests_total)`)
	p.eventually(t, `sum(kvdb_requests_total)`, func(v float64) bool { return v > before })
	// The counter and the histogram count the same operations, in every scrape.
	p.eventually(t, `sum(kvdb_requests_total) - sum(db_client_operation_duration_seconds_count)`, func(v float64) bool { return v == 0 })
	if v, ok := p.value(t, `sum(kvdb_errors_total)`); !ok || v != 0 {
		t.Errorf("kvdb_errors_total is %v, %t, want zero series", v, ok)
	}
}

// TestExemplarsNameSpans: from a bucket in Prometheus one gets to the span of
// the very operation that fell into it.
func TestExemplarsNameSpans(t *testing.T) {
	process.Installed(t, "prometheus")
	receiver := newReceiver(t)
	_, target := startQuickstart(t,
		"OTEL_EXPORTER_OTLP_ENDPOINT="+receiver.url, "OTEL_BSP_SCHEDULE_DELAY=100", "OTEL_TRACES_SAMPLER=")
	p := startPrometheus(t, target)

	names := map[string]string{"get": "get quickstart", "put": "put quickstart", "scan": "scan quickstart", "BATCH": "BATCH quickstart"}
	for operation, name := range names {
		expression := fmt.Sprintf(`db_client_operation_duration_seconds_bucket{db_operation_name=%q}`, operation)
		p.Eventually(t, "the span of an exemplar of "+operation, func() bool {
			for _, e := range p.exemplars(t, expression) {
				if s := receiver.span(e.Labels.TraceID, e.Labels.SpanID); s != nil {
					checkSpan(t, s, e, name)
					return true
				}
			}
			return false
		})
	}
	if name := receiver.resource("service.name"); name != "quickstart" {
		t.Errorf("service.name is %q", name)
	}
}

// checkSpan wants the span to be the exemplar's operation: its name, and its
// duration, which is the exemplar's value.
func checkSpan(t *testing.T, s *span, e exemplar, name string) {
	t.Helper()
	if s.Name != name {
		t.Errorf("the exemplar of %v names the span %q, want %q", e.series, s.Name, name)
	}
	if len(s.ParentSpanId) == 0 {
		t.Errorf("the span %q has no parent: it is the request's, not the operation's", s.Name)
	}
	seconds, err := strconv.ParseFloat(e.Value, 64)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Duration(s.EndTimeUnixNano - s.StartTimeUnixNano)
	if difference := took - time.Duration(seconds*float64(time.Second)); difference.Abs() > time.Microsecond {
		t.Errorf("the span took %v, the exemplar %v s", took, e.Value)
	}
	if got := attribute(s, "db.system.name"); got != "pebble" {
		t.Errorf("db.system.name is %q", got)
	}
}

// TestPromtool: the linter of Prometheus finds nothing in the names of this
// project.
func TestPromtool(t *testing.T) {
	promtool := process.Installed(t, "promtool")
	p, target := startQuickstart(t)
	var page []byte
	p.Eventually(t, "the engine's statistics", func() (ok bool) {
		var err error
		page, err = fetch(t, "http://"+target+"/metrics")
		return err == nil && bytes.Contains(page, []byte("kvdb_engine_"))
	})
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = bytes.NewReader(page)
	out, _ := cmd.CombinedOutput() // fails for what is accepted here, too
	for line := range strings.Lines(string(out)) {
		// OpenTelemetry chose that name.
		if !strings.HasPrefix(line, "go_goroutine_count ") {
			t.Errorf("promtool: %s", line)
		}
	}
}
