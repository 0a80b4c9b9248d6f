package ledger

import (
	"context"
	"errors"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

type metricExporter struct {
	sdkmetric.Exporter
	ledger *Ledger
}

// NewMetricExporter returns an exporter that accounts for data points. There is
// no queue: what one export loses of a cumulative metric the next one brings.
func NewMetricExporter(l *Ledger, e sdkmetric.Exporter) sdkmetric.Exporter {
	return &metricExporter{e, l}
}

func (e *metricExporter) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	n := dataPoints(rm)
	e.ledger.pending.Add(int64(n))
	e.ledger.export(ctx, n, func(ctx context.Context) error {
		return e.Exporter.Export(ctx, rm)
	})
	return nil
}

// ForceFlush is what a reader's flush ends with, after its export.
func (e *metricExporter) ForceFlush(ctx context.Context) error {
	return errors.Join(e.Exporter.ForceFlush(ctx), e.ledger.lastError())
}

// Shutdown is the reader's last call, after its last export.
func (e *metricExporter) Shutdown(ctx context.Context) error {
	e.ledger.close()
	defer e.ledger.abort()
	return errors.Join(e.Exporter.Shutdown(ctx), e.ledger.lastError())
}

func dataPoints(rm *metricdata.ResourceMetrics) (n int) {
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			n += pointsOf(m.Data)
		}
	}
	return n
}

func pointsOf(data metricdata.Aggregation) int {
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		return len(d.DataPoints)
	case metricdata.Gauge[float64]:
		return len(d.DataPoints)
	case metricdata.Sum[int64]:
		return len(d.DataPoints)
	case metricdata.Sum[float64]:
		return len(d.DataPoints)
	case metricdata.Histogram[int64]:
		return len(d.DataPoints)
	case metricdata.Histogram[float64]:
		return len(d.DataPoints)
	case metricdata.ExponentialHistogram[int64]:
		return len(d.DataPoints)
	case metricdata.ExponentialHistogram[float64]:
		return len(d.DataPoints)
	case metricdata.Summary:
		return len(d.DataPoints)
	}
	return 0
}
