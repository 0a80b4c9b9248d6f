package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/internal/fault"
)

// TestFaults: metric, log and probe see a fault within seconds, and see its
// end.
func TestFaults(t *testing.T) {
	p := start(t, freePorts("-pprof", "", "-fault", "slow")...)
	series := func(name, operation, label string) float64 {
		return sample(t, p, fmt.Sprintf(`%s{db_namespace="quickstart",db_operation_name=%q,db_system_name="pebble",%s}`, name, operation, label))
	}
	p.eventually("slow operations on /metrics", func() bool {
		const name = "kvdb_request_latency_seconds_bucket"
		return series(name, "get", `le="+Inf"`) > series(name, "get", `le="0.1"`)
	})
	p.eventually("a line of an operation that the fault made slow", func() bool { // and not a busy machine
		return slices.ContainsFunc(p.lines(), func(line map[string]any) bool {
			ms, _ := line["duration_ms"].(float64)
			return line["message"] == "operation slow" && ms >= 300 && line["level"] == "warn" && line["outcome"] != "error"
		})
	})
	if status := call(t, http.MethodGet, p.web+"/readyz").status; status != http.StatusOK {
		t.Errorf("a slow store is not ready: %d", status)
	}

	if res := call(t, http.MethodPost, p.web+"/fault?kind=errors"); res.status != http.StatusOK || res.body != "errors\n" {
		t.Fatalf("POST /fault: %+v", res)
	}
	if got := get(t, p.web+"/fault"); got != "errors\n" {
		t.Errorf("GET /fault = %q", got)
	}
	p.eventually("errors on /metrics", func() bool {
		return series("kvdb_errors_total", "get", `error_type="unavailable"`) > 0 &&
			series("kvdb_requests_total", "get", `kvdb_outcome="error"`) > 0
	})
	p.eventually("a line of a failed operation", func() bool { return p.line("operation failed") != nil })
	wantFields(t, p.line("operation failed"))
	p.eventually("unreadiness", func() bool {
		res := call(t, http.MethodGet, p.web+"/readyz")
		return res.status == http.StatusServiceUnavailable && res.body == "database down\n"
	})
	if status := call(t, http.MethodGet, p.web+"/healthz").status; status != http.StatusOK {
		t.Errorf("a failing store ended liveness: %d", status)
	}

	call(t, http.MethodPost, p.web+"/fault?kind=none")
	p.eventually("readiness", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })

	for _, kind := range []string{"", "flood"} {
		res := call(t, http.MethodPost, p.web+"/fault?kind="+kind)
		if res.status != http.StatusBadRequest || strings.Count(res.body, "\n") != 1 || !strings.Contains(res.body, fault.Names()) {
			t.Errorf("POST /fault?kind=%s = %d %q, want 400 and one line that names the kinds", kind, res.status, res.body)
		}
	}
	if res := call(t, http.MethodPost, p.web+"/fault?kind=errors", "Origin", "https://example.com", "Sec-Fetch-Site", "cross-site"); res.status != http.StatusForbidden {
		t.Errorf("a page of another site switched the fault: %d", res.status)
	}
	if got := get(t, p.web+"/fault"); got != "none\n" {
		t.Errorf("GET /fault = %q after refused changes", got)
	}
	p.stop()
}

// TestStateFaults: those of what the store stands on, too, are seen by metric,
// probe and log.
func TestStateFaults(t *testing.T) {
	p := start(t, freePorts("-pprof", "", "-fault", "lag")...)
	const store = `{db_namespace="quickstart",db_system_name="pebble",`
	for _, tt := range []struct {
		kind, check, reason, series string
		value                       float64
	}{
		{"lag", "replication", "replication lag too high", "kvdb_replication_lag_seconds" + store + `kvdb_replica="simulated"}`, 30},
		{"disk", "disk", "disk full", "kvdb_utilization_ratio" + store + `kvdb_resource="disk"}`, 0.95},
	} {
		call(t, http.MethodPost, p.web+"/fault?kind="+tt.kind)
		p.eventually(tt.reason, func() bool {
			res := call(t, http.MethodGet, p.web+"/readyz")
			return res.status == http.StatusServiceUnavailable && res.body == tt.reason+"\n"
		})
		if res := call(t, http.MethodGet, p.web+"/readyz/"+tt.check); res.status != http.StatusServiceUnavailable {
			t.Errorf("/readyz/%s: %d", tt.check, res.status)
		}
		if status := call(t, http.MethodGet, p.web+"/healthz").status; status != http.StatusOK {
			t.Errorf("%s ended liveness: %d", tt.kind, status)
		}
		p.eventually("a line of "+tt.reason, func() bool {
			return slices.ContainsFunc(p.lines(), func(line map[string]any) bool {
				return line["message"] == "check changed" && line["reason"] == tt.reason && line["to"] == "fail" && line["level"] == "warn"
			})
		})
		failing := `health_check_status{health_check_kind="readiness",health_check_name="` + tt.check + `",health_state="fail"}`
		if got := sample(t, p, failing); got != 1 {
			t.Errorf("%s is %v", failing, got)
		}
		p.eventually(tt.series, func() bool { return sample(t, p, tt.series) == tt.value })
		call(t, http.MethodPost, p.web+"/fault?kind=none")
		p.eventually("readiness", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })
	}
}

func wantFields(t *testing.T, line map[string]any) {
	t.Helper()
	for field, want := range map[string]string{
		"timestamp": `^\d{4}-\d\d-\d\dT.*Z$`, "level": "^error$",
		"system": "^pebble$", "namespace": "^quickstart$",
		"trace_id": "^[0-9a-f]{32}$", "span_id": "^[0-9a-f]{16}$", "trace_flags": "^0[01]$",
		"operation": ".", "outcome": "^error$", "error_type": "^unavailable$", "error": "unavailable",
	} {
		if got, _ := line[field].(string); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s is %q in %v", field, got, line)
		}
	}
	for _, field := range []string{"duration_ms", "value_bytes"} {
		if _, ok := line[field].(float64); !ok {
			t.Errorf("%s is %v in %v", field, line[field], line)
		}
	}
}
