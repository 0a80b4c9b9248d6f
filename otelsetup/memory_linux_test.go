package otelsetup_test

import (
	"testing"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/otelsetup"
)

func TestMemoryOfRealGroup(t *testing.T) {
	machines.InGroup(t, func(low, high float64) {
		page := pageOf(t, start(t, otelsetup.WithLogger(zap.NewNop())).MetricsHandler())
		m, ok := value(page["kvdb_utilization_ratio"], "kvdb_resource", "memory")
		if share := m.GetGauge().GetValue(); !ok || !(share >= low && share <= high) {
			t.Errorf("%v, %t, want %v to %v", share, ok, low, high)
		}
	})
}
