package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// An otelcol is an OpenTelemetry Collector with the configuration of
// docs/guides: spans and metrics go to files, log records to VictoriaLogs.
type otelcol struct {
	*process.Process
	addresses otelcolAddresses
	dir       string // of its files
}

type otelcolAddresses struct {
	http, grpc, metrics, victoriaLogs string
}

func newOtelcolAddresses(t *testing.T, v *victoriaLogs) otelcolAddresses {
	t.Helper()
	return otelcolAddresses{
		http: process.FreeAddress(t), grpc: process.FreeAddress(t), metrics: process.FreeAddress(t), victoriaLogs: v.address,
	}
}

func (a otelcolAddresses) env(t *testing.T, dir string) []string {
	t.Helper()
	_, port, err := net.SplitHostPort(a.metrics)
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"OTLP_HTTP=" + a.http, "OTLP_GRPC=" + a.grpc, "COLLECTOR_METRICS_PORT=" + port,
		"VICTORIALOGS=" + a.victoriaLogs, "OTLP_DIR=" + dir,
	}
}

func startCollector(t *testing.T, v *victoriaLogs) *otelcol {
	t.Helper()
	return runCollector(t, newOtelcolAddresses(t, v), t.TempDir())
}

func runCollector(t *testing.T, addresses otelcolAddresses, dir string) *otelcol {
	t.Helper()
	cmd := exec.Command(otelcolTool.built(t), "--config", filepath.Join("..", "docs", "guides", "collector.yaml"))
	cmd.Env = append(os.Environ(), addresses.env(t, dir)...)
	c := &otelcol{Process: launch(t, cmd), addresses: addresses, dir: dir}
	c.Eventually(t, "the Collector", func() bool {
		return bytes.Contains([]byte(c.Stderr.String()), []byte("Everything is ready"))
	})
	return c
}

// A collected is one line of a file: an OTLP request in JSON.
type collected struct {
	ResourceSpans []struct {
		Resource   resource
		ScopeSpans []struct{ Spans []collectedSpan }
	}
	ResourceMetrics []struct {
		Resource     resource
		ScopeMetrics []struct{ Metrics []collectedMetric }
	}
}

type resource struct{ Attributes []keyValue }

type keyValue struct {
	Key   string
	Value struct{ StringValue string }
}

type collectedSpan struct {
	TraceID, SpanID, ParentSpanID, Name string
}

type collectedMetric struct {
	Name string
	Sum  *struct {
		DataPoints []struct {
			AsInt json.Number
		}
	}
}

func (r resource) attribute(key string) string {
	for _, kv := range r.Attributes {
		if kv.Key == key {
			return kv.Value.StringValue
		}
	}
	return ""
}

// received returns what a file has so far, without a line that is still being
// written.
func (c *otelcol) received(t *testing.T, signal string) (all []collected) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, signal+".json"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text[:bytes.LastIndexByte(text, '\n')+1]))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		var line collected
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%v: %.500s", err, lines.Bytes())
		}
		all = append(all, line)
	}
	return all
}

// spans returns the spans by trace and span id.
func (c *otelcol) spans(t *testing.T) map[string]collectedSpan {
	t.Helper()
	all := make(map[string]collectedSpan)
	for _, line := range c.received(t, "traces") {
		for _, r := range line.ResourceSpans {
			for _, scope := range r.ScopeSpans {
				for _, s := range scope.Spans {
					all[s.TraceID+s.SpanID] = s
				}
			}
		}
	}
	return all
}

// sum returns the last value of an integer counter, summed over its series.
func (c *otelcol) sum(t *testing.T, name string) (total int64, ok bool) {
	t.Helper()
	for _, line := range c.received(t, "metrics") {
		for _, r := range line.ResourceMetrics {
			for _, scope := range r.ScopeMetrics {
				for _, m := range scope.Metrics {
					if m.Name != name || m.Sum == nil {
						continue
					}
					total, ok = 0, true
					for _, point := range m.Sum.DataPoints {
						n, err := point.AsInt.Int64()
						if err != nil {
							t.Fatalf("%s: %v", name, err)
						}
						total += n
					}
				}
			}
		}
	}
	return total, ok
}
