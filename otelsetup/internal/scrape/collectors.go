package scrape

import (
	"context"
	"fmt"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/exposition"
	"github.com/otelkv/otelkv/otelsetup/internal/page"
)

// newCollectors returns the reader that a MeterProvider is to have, and the
// collectors of what it reads and of the records alone. A callback of the program
// that hangs takes the MeterProvider's metrics with it, and not the records of
// stores.
func newCollectors(c Config) (reader sdkmetric.Reader, all, records *exposition.Collector, err error) {
	opts := []sdkmetric.ManualReaderOption{sdkmetric.WithProducer(c.Records)}
	alone := sdkmetric.NewManualReader(opts...)
	if err := c.Losses.Register(sdkmetric.NewMeterProvider(sdkmetric.WithReader(alone)).Meter(catalog.ScopeOtelsetup)); err != nil {
		return nil, nil, nil, err
	}
	if c.Runtime != nil {
		opts = append(opts, sdkmetric.WithProducer(c.Runtime))
	}
	together := sdkmetric.NewManualReader(opts...)
	if all, err = newCollector(c, together); err == nil {
		records, err = newCollector(c, alone)
	}
	return together, all, records, err
}

func newCollector(c Config, from *sdkmetric.ManualReader) (*exposition.Collector, error) {
	made, err := exposition.New(exposition.Config{
		Names: c.Names, Resource: c.Resource, Native: c.Native, Report: report{c.Losses}, Source: collected(from),
	})
	if err != nil {
		return nil, fmt.Errorf("prometheus exporter: %w", err)
	}
	return made, nil
}

func collected(reader *sdkmetric.ManualReader) exposition.Source {
	return func(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
		var all metricdata.ResourceMetrics
		err := reader.Collect(ctx, &all)
		return all.ScopeMetrics, err
	}
}

// report takes what the collectors leave out. Their source is named as the
// gatherer of the Telemetry itself.
type report struct{ losses *page.Losses }

func (r report) Dropped(d exposition.Drop) {
	r.losses.Dropped(ownGatherer, d.Metric, d.Reason, d.Detail, d.Series)
}

func (r report) Failed(err error) { r.losses.Failed(meterGatherer, err) }
