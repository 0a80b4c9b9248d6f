package main

import (
	"errors"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// labels are those of a request; the further ones follow in the order of the
// alphabet.
func labels(operation string, more ...string) string {
	all := `{db_namespace="requests",db_operation_name="` + operation + `",db_system_name="kvdb"`
	for _, label := range more {
		all += "," + label
	}
	return all + "}"
}

func TestRecordRequest(t *testing.T) {
	s := newSystem(t)
	fresh := scrape(t, s, "kvdb_")
	for _, name := range []string{"kvdb_connections", "kvdb_memory_bytes", "kvdb_requests_total" + labels("get", `kvdb_outcome="ok"`)} {
		if fresh[name] != "0" {
			t.Errorf("%s is %q before anything", name, fresh[name])
		}
	}
	s.RecordRequest(0.1, false)
	s.RecordRequest(0.2, true)
	s.UpdateConnections(100)
	s.UpdateMemory(64 << 20)
	got := scrape(t, s, "kvdb_")
	for name, want := range map[string]string{
		"kvdb_requests_total" + labels("other", `kvdb_outcome="ok"`):         "1",
		"kvdb_requests_total" + labels("other", `kvdb_outcome="error"`):      "1",
		"kvdb_errors_total" + labels("other", `error_type="_OTHER"`):         "1",
		"kvdb_request_latency_seconds_bucket" + labels("other", `le="0.01"`): "0",
		"kvdb_request_latency_seconds_bucket" + labels("other", `le="0.1"`):  "1", // exactly 0.1 s belongs there
		"kvdb_request_latency_seconds_bucket" + labels("other", `le="1"`):    "2",
		"kvdb_request_latency_seconds_count" + labels("other"):               "2",
		"kvdb_connections":  "100",
		"kvdb_memory_bytes": "6.7108864e+07",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s", name, got[name], want)
		}
	}
}

// TestRecordRequestRounds: no nanosecond is lost or made up, whatever the binary
// fraction behind a number of seconds.
func TestRecordRequestRounds(t *testing.T) {
	for seconds, le := range map[float64]string{0.001: "0.001", 0.1: "0.1", 6.5e-05: "0.001", 0.7 + 0.3: "1"} {
		s := newSystem(t)
		s.RecordRequest(seconds, false)
		got := scrape(t, s, "kvdb_request_latency_seconds")
		if n := got["kvdb_request_latency_seconds_bucket"+labels("other", `le="`+le+`"`)]; n != "1" {
			t.Errorf("%v s is not within %s", seconds, le)
		}
		sum := got["kvdb_request_latency_seconds_sum"+labels("other")]
		if want := strconv.FormatFloat(seconds, 'g', -1, 64); sum != want {
			t.Errorf("the sum is %s, want %s", sum, want)
		}
	}
}

// TestNonsense: what no clock measures is counted and breaks nothing.
func TestNonsense(t *testing.T) {
	s := newSystem(t)
	for _, seconds := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, math.MaxFloat64} {
		s.RecordRequest(seconds, false)
	}
	s.RecordOperation("get", math.MaxInt64, nil)
	s.RecordOperation("get", math.MinInt64, nil)
	got := scrape(t, s, "kvdb_")
	if n := got["kvdb_request_latency_seconds_count"+labels("other")]; n != "5" {
		t.Errorf("%s requests, want 5", n)
	}
	for series, value := range got {
		if strings.HasPrefix(value, "-") {
			t.Errorf("%s is %s", series, value)
		}
	}
}

// TestRecordOperation: outcomes are told apart, and no name makes a series.
func TestRecordOperation(t *testing.T) {
	s := newSystem(t)
	before := len(scrape(t, s, "kvdb_requests_total"))
	s.RecordOperation("get", time.Millisecond, nil)
	s.RecordOperation("get", time.Millisecond, kvdb.ErrNotFound)
	s.RecordOperation("put", time.Millisecond, kvdb.ErrNoSpace)
	s.RecordOperation("delete", time.Millisecond, errors.New("who knows"))
	for _, name := range []string{"", "GET", "drop table", "\xff", strings.Repeat("x", 1000)} {
		s.RecordOperation(name, time.Millisecond, nil)
	}
	got := scrape(t, s, "kvdb_")
	for name, want := range map[string]string{
		"kvdb_requests_total" + labels("get", `kvdb_outcome="ok"`):      "1",
		"kvdb_requests_total" + labels("get", `kvdb_outcome="miss"`):    "1",
		"kvdb_errors_total" + labels("put", `error_type="no_space"`):    "1",
		"kvdb_errors_total" + labels("delete", `error_type="_OTHER"`):   "1",
		"kvdb_requests_total" + labels("other", `kvdb_outcome="ok"`):    "5",
		"kvdb_requests_total" + labels("other", `kvdb_outcome="error"`): "0",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s", name, got[name], want)
		}
	}
	if after := len(scrape(t, s, "kvdb_requests_total")); after != before {
		t.Errorf("%d series of requests became %d", before, after)
	}
}

// TestSeveral: systems in one process have nothing in common.
func TestSeveral(t *testing.T) {
	a, b := newSystem(t), NewMonitoringSystem()
	defer b.Close()
	for _, s := range []*MonitoringSystem{a, b} {
		s.SetupProfiling()
		if err := s.Watch(kvdb.NewMemory(nil)); err != nil {
			t.Fatal(err)
		}
	}
	a.RecordOperation("get", time.Millisecond, nil)
	a.UpdateConnections(7)
	name := "kvdb_requests_total" + labels("get", `kvdb_outcome="ok"`)
	if x, y := scrape(t, a, name)[name], scrape(t, b, name)[name]; x != "1" || y != "0" {
		t.Errorf("%s in one, %s in the other", x, y)
	}
	if x := scrape(t, b, "kvdb_connections")["kvdb_connections"]; x != "0" {
		t.Errorf("%s connections in the other", x)
	}
}

// TestMalformedEnvironment: it is said, and costs nothing else.
func TestMalformedEnvironment(t *testing.T) {
	t.Setenv("OTEL_TRACES_SAMPLER", "sometimes")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://nowhere")
	lines := logged(t, func() {
		s := NewMonitoringSystem()
		defer s.Close()
		s.RecordRequest(0.1, false)
		if n := scrape(t, s, "kvdb_requests_total"); n["kvdb_requests_total"+labels("other", `kvdb_outcome="ok"`)] != "1" {
			t.Errorf("requests: %v", n)
		}
		if status, body := ask(s, "/readyz"); status != http.StatusOK || body != "ready\n" {
			t.Errorf("/readyz: %d %s", status, body)
		}
	})
	line := find(t, lines, "environment ignored")
	for _, name := range []string{"OTEL_TRACES_SAMPLER", "OTEL_EXPORTER_OTLP_ENDPOINT"} {
		if text, _ := line["error"].(string); line["level"] != "error" || !strings.Contains(text, name) {
			t.Errorf("%v does not name %s", line, name)
		}
	}
	if os.Getenv("OTEL_TRACES_SAMPLER") != "sometimes" {
		t.Error("the environment was changed")
	}
}
