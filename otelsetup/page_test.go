package otelsetup_test

import (
	"context"
	"sync"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// Every page is one snapshot: histogram, summary and counter have counted the same
// operations, whatever happens meanwhile.
func TestPageIsOneSnapshot(t *testing.T) {
	for name, opts := range map[string][]otelsetup.Option{"classic": nil, "native": {otelsetup.WithNativeHistograms()}} {
		t.Run(name, func(t *testing.T) {
			tel := start(t, append(opts, otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())...)
			store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			ctx, cancel := context.WithCancel(t.Context())
			var load sync.WaitGroup
			defer load.Wait()
			defer cancel()
			for range 2 {
				load.Go(func() {
					for ctx.Err() == nil {
						_, _ = store.Get(ctx, []byte("absent"))
					}
				})
			}
			h := tel.MetricsHandler()
			for range 30 {
				counts := operations(pageOf(t, h), "get")
				if counts["summary"] != counts["duration"] || counts["latency"] != counts["duration"] || counts["requests"] != counts["duration"] {
					t.Errorf("the page disagrees with itself: %v", counts)
				}
			}
		})
	}
}

// operations returns how many operations each metric of a page has counted.
func operations(page map[string]*dto.MetricFamily, operation string) map[string]float64 {
	counts := make(map[string]float64)
	for key, name := range map[string]string{
		"summary": "kvdb_request_latency_quantiles_seconds", "duration": "db_client_operation_duration_seconds",
		"latency": "kvdb_request_latency_seconds", "requests": "kvdb_requests_total",
	} {
		for _, m := range page[name].GetMetric() {
			if labelOf(m, "db_operation_name") == operation {
				counts[key] += float64(m.GetHistogram().GetSampleCount()+m.GetSummary().GetSampleCount()) + m.GetCounter().GetValue()
			}
		}
	}
	return counts
}
