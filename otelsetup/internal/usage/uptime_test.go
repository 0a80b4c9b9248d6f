package usage

import (
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/internal/testutil"
)

func TestUptime(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	if err := observeUptime(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test")); err != nil {
		t.Fatal(err)
	}
	var last float64
	for range 2 {
		var rm metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &rm); err != nil {
			t.Fatal(err)
		}
		found := testutil.Flatten(rm.ScopeMetrics).Find("process.uptime")
		if len(found) != 1 || found[0].Value <= last {
			t.Fatalf("process.uptime: %v after %v s", found, last)
		}
		last = found[0].Value
	}
}
