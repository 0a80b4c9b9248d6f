package otelsetup

import (
	"testing"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil/machines"
)

func TestMemoryOfRealGroup(t *testing.T) {
	machines.InGroup(t, func(low, high float64) {
		page := pageOf(t, start(t, WithLogger(zap.NewNop())).MetricsHandler())
		m, ok := value(page["kvdb_utilization_ratio"], "kvdb_resource", "memory")
		if share := m.GetGauge().GetValue(); !ok || !(share >= low && share <= high) {
			t.Errorf("%v, %t, want %v to %v", share, ok, low, high)
		}
	})
}
