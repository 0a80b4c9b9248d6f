package usage

import (
	"context"
	"math"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Register makes the readings visible as metrics, and the process's age. Of the
// resident memory the program may have a metric of its own, to which ours yields
// while taken says so. The used share is the metric in which package
// instrument reports the disk of a store: one metric, several resources.
func (s *Readings) Register(meter metric.Meter, taken func() bool) error {
	if err := observeUptime(meter); err != nil {
		return err
	}
	memory, err := meter.Int64ObservableGauge(catalog.ResidentMemory.Name,
		metric.WithUnit(catalog.ResidentMemory.Unit),
		metric.WithDescription(catalog.ResidentMemory.Help))
	if err != nil {
		return err
	}
	utilization, err := meter.Float64ObservableGauge(catalog.Utilization.Name,
		metric.WithUnit(catalog.Utilization.Unit),
		metric.WithDescription(catalog.Utilization.Help))
	if err != nil {
		return err
	}
	ofCPU := metric.WithAttributeSet(attribute.NewSet(attribute.String(catalog.Resource, catalog.CPU)))
	ofMemory := metric.WithAttributeSet(attribute.NewSet(attribute.String(catalog.Resource, catalog.Memory)))
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		now := s.fresh()
		if now == nil {
			return nil
		}
		if !math.IsNaN(now.Resident) && !taken() {
			o.ObserveInt64(memory, int64(now.Resident))
		}
		if !math.IsNaN(now.cpuShare) {
			o.ObserveFloat64(utilization, now.cpuShare, ofCPU)
		}
		if !math.IsNaN(now.Memory) {
			o.ObserveFloat64(utilization, now.Memory, ofMemory)
		}
		return nil
	}, memory, utilization)
	return err
}
