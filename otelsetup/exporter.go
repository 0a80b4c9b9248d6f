package otelsetup

import (
	"context"
	"fmt"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/exposition"
	"github.com/otelkv/otelkv/otelsetup/internal/page"
)

// The gauges of the process that a program may have a number of its own for. Ours
// yield to it, in every reader.
var (
	memoryName, memoryUnit           = catalog.ResidentMemory.Name, catalog.ResidentMemory.Unit
	connectionsName, connectionsUnit = catalog.Connections.Name, catalog.Connections.Unit
)

// scraped is what Prometheus gets from the Telemetry. A callback of the program
// that hangs takes the MeterProvider's metrics with it, and not the records of
// stores.
type scraped struct {
	reader       sdkmetric.Reader // of the MeterProvider
	all, records *exposition.Collector
}

func (t *Telemetry) newScraped(c *config, res *resource.Resource) (*scraped, error) {
	records := c.exemplary(t.registry.NewProducer(instrument.WithSummaries(), instrument.WithMetricFilter(t.keeps)))
	opts := []sdkmetric.ManualReaderOption{sdkmetric.WithProducer(records)}
	alone := sdkmetric.NewManualReader(opts...)
	if err := t.losses.Register(sdkmetric.NewMeterProvider(sdkmetric.WithReader(alone)).Meter(scopeName)); err != nil {
		return nil, err
	}
	if c.runtimeMetrics {
		opts = append(opts, sdkmetric.WithProducer(newRuntimeProducer(c)))
	}
	reader := sdkmetric.NewManualReader(opts...)

	settings := exposition.Config{Names: t.names, Resource: res, Native: c.nativeHistograms, Report: report{t.losses}}
	s := &scraped{reader: reader}
	for _, collector := range []struct {
		to   **exposition.Collector
		from *sdkmetric.ManualReader
	}{{&s.all, reader}, {&s.records, alone}} {
		settings.Source = collected(collector.from)
		made, err := exposition.New(settings)
		if err != nil {
			return nil, fmt.Errorf("prometheus exporter: %w", err)
		}
		*collector.to = made
	}
	return s, nil
}

// keeps reports whether a metric of the records is still ours.
func (t *Telemetry) keeps(name string) bool {
	return name != connectionsName || !t.names.Taken(connectionsName, connectionsUnit)
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
