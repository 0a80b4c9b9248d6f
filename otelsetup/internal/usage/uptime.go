package usage

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// began is when the process did, but for the moments that the runtime takes.
var began = time.Now()

func observeUptime(meter metric.Meter) error {
	_, err := meter.Float64ObservableGauge(catalog.Uptime.Name,
		metric.WithUnit(catalog.Uptime.Unit),
		metric.WithDescription(catalog.Uptime.Help),
		metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			o.Observe(time.Since(began).Seconds())
			return nil
		}))
	return err
}
