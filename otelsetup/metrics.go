package otelsetup

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/callbacks"
	"github.com/otelkv/otelkv/otelsetup/internal/exposition"
	"github.com/otelkv/otelkv/otelsetup/internal/producers"
	"github.com/otelkv/otelkv/otelsetup/internal/scrape"
	"github.com/otelkv/otelkv/otelsetup/internal/usage"
)

// startMetrics sets the registry of records and the MeterProvider with all of
// its readers, and registers what Prometheus scrapes.
func (t *Telemetry) startMetrics(ctx context.Context, c *config, res *resource.Resource) error {
	t.failures = callbacks.NewFailures(t.diagnostics)
	t.names = exposition.NewNames(memoryName, connectionsName)
	scraped := t.scraped(c, res)
	target, err := scrape.New(scraped)
	if err != nil {
		return err
	}
	opts := []sdkmetric.Option{
		sdkmetric.WithResource(res), sdkmetric.WithReader(target.Reader()), sdkmetric.WithView(t.names.View),
	}
	made, err := t.newReaders(ctx, c)
	if err != nil {
		return err
	}
	var readers []*reader
	for _, r := range made {
		readers = append(readers, &reader{Reader: r, accounts: &t.metricAccounts})
		opts = append(opts, sdkmetric.WithReader(readers[len(readers)-1]))
	}
	provider := sdkmetric.NewMeterProvider(opts...)
	t.meterProvider = meterProvider{callbacks.Guard(provider, t.failures.Report), c.runtimeMetrics}
	t.steps = append(t.steps, t.readerStep(provider, readers))

	if err := target.Register(scraped); err != nil {
		return err
	}
	t.target = target
	if err := t.observeSelf(provider.Meter(scopeName)); err != nil {
		return fmt.Errorf("metrics of the telemetry: %w", err)
	}
	if c.runtimeMetrics {
		if err := runtime.Start(runtime.WithMeterProvider(provider)); err != nil {
			return fmt.Errorf("runtime metrics: %w", err)
		}
	}
	if c.processMetrics {
		return t.startUsage(c, provider)
	}
	return nil
}

// scraped returns what Prometheus gets.
func (t *Telemetry) scraped(c *config, res *resource.Resource) scrape.Config {
	scraped := scrape.Config{
		Records: exemplary(c, t.registry.NewProducer(instrument.WithSummaries(), instrument.WithMetricFilter(t.keeps))),
		Names:   t.names, Resource: res, Native: c.nativeHistograms, Process: c.processMetrics, Losses: t.losses, Join: c.registry,
		Registered: func(part string, end func()) {
			t.steps = append(t.steps, step{name: part, run: func(context.Context) error {
				end()
				return nil
			}})
		},
	}
	if c.runtimeMetrics {
		scraped.Runtime = producers.Runtime(c.runtimeBuckets)
	}
	return scraped
}

// The gauges of the process that a program may have a number of its own for. Ours
// yield to it, in every reader.
var (
	memoryName, memoryUnit           = catalog.ResidentMemory.Name, catalog.ResidentMemory.Unit
	connectionsName, connectionsUnit = catalog.Connections.Name, catalog.Connections.Unit
)

// keeps reports whether a metric of the records is still ours.
func (t *Telemetry) keeps(name string) bool {
	return name != connectionsName || !t.names.Taken(connectionsName, connectionsUnit)
}

// exemplary returns the producer of records as the environment wants it.
func exemplary(c *config, p sdkmetric.Producer) sdkmetric.Producer {
	if c.env.Exemplars() {
		return p
	}
	return producers.WithoutExemplars(p)
}

// newProducer returns everything that reaches a reader through producers.
func (t *Telemetry) newProducer(c *config, temporality sdkmetric.TemporalitySelector) sdkmetric.Producer {
	producer := producers.Several{exemplary(c, t.registry.NewProducer(
		instrument.WithTemporality(temporality),
		instrument.WithSummaries(), // OTLP carries them
		instrument.WithMetricFilter(func(name string) bool {
			return name != instrument.ExponentialDurationName && t.keeps(name)
		})))}
	// The runtime's producer knows no other temporality, and a reader of deltas
	// would add its cumulative counts up.
	if c.runtimeMetrics && temporality(sdkmetric.InstrumentKindHistogram) == metricdata.CumulativeTemporality {
		producer = append(producer, producers.Runtime(c.runtimeBuckets))
	}
	return producer
}

// startUsage starts the readings of the process and their instruments.
func (t *Telemetry) startUsage(c *config, provider metric.MeterProvider) error {
	readings := usage.Start(c.readUsage)
	t.steps = append(t.steps, step{name: "the readings of the process", run: readings.Shutdown})
	taken := func() bool { return t.names.Taken(memoryName, memoryUnit) }
	if err := readings.Register(provider.Meter(scopeName), taken); err != nil {
		return fmt.Errorf("process metrics: %w", err)
	}
	return nil
}

// observeSelf makes the metrics of the telemetry itself, but for those of spans.
func (t *Telemetry) observeSelf(meter metric.Meter) error {
	return errors.Join(t.metricAccounts.Register(meter), t.logAccounts.Register(meter),
		t.failures.Register(meter), t.observeLines(meter), t.losses.Register(meter))
}
