package e2e

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// setFault makes quickstart fail on purpose, or stop to.
func setFault(t *testing.T, target, kind string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, "http://"+target+"/fault?kind="+url.QueryEscape(kind), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("fault %s: %s", kind, res.Status)
	}
}

// An operationLine is what quickstart writes to standard output of one
// operation.
type operationLine struct {
	Message    string
	TraceID    string `json:"trace_id"`
	SpanID     string `json:"span_id"`
	TraceFlags string `json:"trace_flags"`
}

// sampledLine returns a line with this message of an operation that has a span
// of its own, if there is one yet.
func sampledLine(t *testing.T, stdout, message string) (found operationLine, ok bool) {
	t.Helper()
	whole := stdout[:strings.LastIndexByte(stdout, '\n')+1]
	for text := range strings.Lines(whole) {
		var l operationLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("standard output is not JSON lines: %v: %q", err, text)
		}
		if l.Message == message && l.TraceFlags == "01" {
			return l, true
		}
	}
	return found, false
}

// TestOneQuery: one query by trace id finds what an operation wrote to standard
// output, and the same record as it came over OTLP.
func TestOneQuery(t *testing.T) {
	t.Parallel()
	for fault, message := range map[string]string{"errors": "operation failed", "slow": "operation slow"} {
		t.Run(fault, func(t *testing.T) {
			v := startVictoriaLogs(t)
			program, target := startQuickstart(t, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT="+v.otlp(), "OTEL_BLRP_SCHEDULE_DELAY=200")
			setFault(t, target, fault)
			var line operationLine
			program.Eventually(t, "a line of a sampled operation", func() (ok bool) {
				line, ok = sampledLine(t, program.Stdout.String(), message)
				return ok
			})
			v.insertLines(t, program.Stdout.String())

			var fromLine, fromOTLP logEntry
			v.Eventually(t, "both forms of the operation "+line.SpanID, func() bool {
				for _, e := range v.query(t, `trace_id:="`+line.TraceID+`"`) {
					switch {
					case e["span_id"] != line.SpanID:
					case e.fromOTLP():
						fromOTLP = e
					default:
						fromLine = e
					}
				}
				return fromLine != nil && fromOTLP != nil
			})
			compareEntries(t, fromLine, fromOTLP)
			if fromOTLP["service.name"] != "quickstart" {
				t.Errorf("the record's service.name is %q", fromOTLP["service.name"])
			}
		})
	}
}

// compareEntries wants both to say the same of one operation.
func compareEntries(t *testing.T, line, record logEntry) {
	t.Helper()
	for _, field := range []string{
		"_time", "_msg", "trace_id", "span_id", "system", "namespace", "operation", "outcome",
		"key_len", "key_hash", "value_bytes", "error_type", "error",
	} {
		if line[field] != record[field] {
			t.Errorf("%s is %q in the line, %q in the record", field, line[field], record[field])
		}
	}
	for _, field := range []string{"system", "namespace", "operation", "outcome", "duration_ms"} {
		if line[field] == "" {
			t.Errorf("the line has no %s: %v", field, line)
		}
	}
	a, errA := strconv.ParseFloat(line["duration_ms"], 64)
	b, errB := strconv.ParseFloat(record["duration_ms"], 64)
	if errA != nil || errB != nil || math.Abs(a-b) > 1e-3 {
		t.Errorf("duration_ms is %q in the line, %q in the record", line["duration_ms"], record["duration_ms"])
	}
	if !strings.EqualFold(line["level"], record["severity"]) {
		t.Errorf("the level is %q in the line, the severity %q in the record", line["level"], record["severity"])
	}
}

// TestExemplarToSpanToLog goes the way of a person on call: from a slow bucket
// in Prometheus to the trace, and to the log record of the same operation.
func TestExemplarToSpanToLog(t *testing.T) {
	t.Parallel()
	process.Installed(t, "prometheus")
	v := startVictoriaLogs(t)
	c := startCollector(t, v)
	// At a rate at which no line is suppressed.
	_, target := runQuickstart(t, []string{"-fault", "slow", "-rate", "100"}, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+c.addresses.http)
	p := startPrometheus(t, target)

	const slowBucket = `db_client_operation_duration_seconds_bucket{db_operation_name="get",le="0.5"}`
	var span collectedSpan
	var record logEntry
	p.Eventually(t, "the span and the record of an exemplar", func() bool {
		spans := c.spans(t)
		for _, e := range p.exemplars(t, slowBucket) {
			s, ok := spans[e.Labels.TraceID+e.Labels.SpanID]
			if !ok {
				continue
			}
			for _, entry := range v.query(t, `trace_id:="`+e.Labels.TraceID+`"`) {
				if entry["span_id"] == e.Labels.SpanID {
					span, record = s, entry
					return true
				}
			}
		}
		return false
	})
	if span.Name != "get quickstart" {
		t.Errorf("the exemplar names the span %q", span.Name)
	}
	if record["_msg"] != "operation slow" || record["operation"] != "get" {
		t.Errorf("the exemplar's record is %v", record)
	}
}
