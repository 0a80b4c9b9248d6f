package e2e

import (
	"fmt"
	"testing"
)

// Spans, metrics and log records reach a Collector over both protocols.
func TestCollectorReceives(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			v := startVictoriaLogs(t)
			c := startCollector(t, v)
			endpoint := map[string]string{"http/protobuf": c.addresses.http, "grpc": c.addresses.grpc}[protocol]
			program, target := startQuickstart(t,
				"OTEL_EXPORTER_OTLP_ENDPOINT=http://"+endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL="+protocol,
				"OTEL_METRICS_EXPORTER=prometheus,otlp", "OTEL_METRIC_EXPORT_INTERVAL=1000",
				"OTEL_LOGS_EXPORTER=otlp", "OTEL_TRACES_EXPORTER=otlp")

			c.Eventually(t, "spans of operations under spans of requests", func() bool {
				all := c.spans(t)
				for _, s := range all {
					if s.Name == "get quickstart" && all[s.TraceID+s.ParentSpanID].Name == "browse" {
						return true
					}
				}
				return false
			})
			c.Eventually(t, "metrics that grow", func() bool {
				n, ok := c.sum(t, "kvdb.requests")
				return ok && n > 100
			})
			if _, err := fetch(t, "http://"+target+"/metrics"); err != nil {
				t.Errorf("beside OTLP, Prometheus: %v", err)
			}
			v.Eventually(t, "log records", func() bool { return len(v.query(t, `service.name:="quickstart"`)) > 0 })
			for _, line := range c.received(t, "traces") {
				for _, r := range line.ResourceSpans {
					if name := r.Resource.attribute("service.name"); name != "quickstart" {
						t.Fatalf("the service.name of spans is %q", name)
					}
				}
			}
			n, _ := c.sum(t, "kvdb.requests")
			program.Stop(t)
			c.Eventually(t, fmt.Sprintf("the last metrics, past %d requests", n), func() bool {
				last, _ := c.sum(t, "kvdb.requests")
				return last > n
			})
		})
	}
}
