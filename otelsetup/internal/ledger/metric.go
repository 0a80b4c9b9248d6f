package ledger

import (
	"context"
	"errors"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

type metricExporter struct {
	sdkmetric.Exporter
	ledger *Ledger
	clock  points.Clock
}

// NewMetricExporter returns an exporter that accounts for data points and gives
// those of an export one time. There is no queue: what one export loses of a
// cumulative metric the next one brings.
func NewMetricExporter(l *Ledger, e sdkmetric.Exporter) sdkmetric.Exporter {
	return &metricExporter{Exporter: e, ledger: l}
}

func (e *metricExporter) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	e.clock.Stamp(rm.ScopeMetrics)
	n := points.Count(rm)
	e.ledger.pending.Add(int64(n))
	e.ledger.export(ctx, n, func() (batch, int, int) {
		mended, leftOut := sanitize.Metrics(rm)
		return metricBatch{e.Exporter, rm}, mended, leftOut
	})
	return nil
}

// ForceFlush is what a reader's flush ends with, after its export.
func (e *metricExporter) ForceFlush(ctx context.Context) error {
	return errors.Join(guard(func() error { return e.Exporter.ForceFlush(ctx) }), e.ledger.lastError())
}

// Shutdown is the reader's last call, after its last export.
func (e *metricExporter) Shutdown(ctx context.Context) error {
	e.ledger.close()
	defer e.ledger.abort()
	return errors.Join(guard(func() error { return e.Exporter.Shutdown(ctx) }), e.ledger.lastError())
}
