package otelsetup

import (
	"context"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/contrib/instrumentation/runtime"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/instrument"
)

// translation turns OpenTelemetry's names into Prometheus', here and in the
// exporter, whose own default hangs on a global of another package.
var translation = otlptranslator.UnderscoreEscapingWithSuffixes

// startMetrics sets the registry of records and the MeterProvider with all of
// its readers, and registers what Prometheus scrapes.
func (t *Telemetry) startMetrics(c *config, res *resource.Resource) error {
	t.registry = instrument.NewRegistry(instrument.WithDurationBounds(c.durationBounds...))
	exporter, collector, err := t.newPrometheusExporter(c)
	if err != nil {
		return err
	}
	opts := []sdkmetric.Option{sdkmetric.WithResource(res), sdkmetric.WithReader(exporter)}
	readers, err := t.newReaders(c)
	if err != nil {
		return err
	}
	for _, reader := range readers {
		opts = append(opts, sdkmetric.WithReader(reader))
	}
	provider := sdkmetric.NewMeterProvider(opts...)
	t.meterProvider = provider
	t.steps = append(t.steps, step{name: "metrics", run: provider.Shutdown, flushes: true})

	if err := t.register(c, collector); err != nil {
		return err
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

// newPrometheusExporter returns the exporter and the collector behind it.
func (t *Telemetry) newPrometheusExporter(c *config) (sdkmetric.Reader, prometheus.Collector, error) {
	var captured capture
	opts := []otelprom.Option{
		otelprom.WithRegisterer(&captured),
		otelprom.WithTranslationStrategy(translation),
		otelprom.WithoutScopeInfo(),
		// The exporter cannot render a summary; summaryCollector does.
		otelprom.WithProducer(t.registry.NewProducer(instrument.WithMetricFilter(func(name string) bool {
			return name != instrument.QuantilesName
		}))),
	}
	if c.runtimeMetrics {
		opts = append(opts, otelprom.WithProducer(runtime.NewProducer()))
	}
	exporter, err := otelprom.New(opts...)
	if err != nil {
		return nil, nil, fmt.Errorf("prometheus exporter: %w", err)
	}
	return exporter, captured.collector, nil
}

// newReaders calls the factories of WithReader. When one fails, it shuts down
// what the others made.
func (t *Telemetry) newReaders(c *config) ([]sdkmetric.Reader, error) {
	var readers []sdkmetric.Reader
	for _, r := range c.readers {
		reader, err := r.factory(t.newProducer(c, r.temporality))
		if err == nil && reader == nil {
			err = errors.New("the factory returned nil")
		}
		if err != nil {
			err = fmt.Errorf("WithReader: %w", err)
			for _, made := range readers {
				s := step{run: made.Shutdown}
				err = errors.Join(err, s.within(context.Background(), t.budget))
			}
			return nil, err
		}
		readers = append(readers, reader)
	}
	return readers, nil
}

// newProducer returns everything that reaches a reader through producers.
func (t *Telemetry) newProducer(c *config, temporality sdkmetric.TemporalitySelector) sdkmetric.Producer {
	producer := producers{t.registry.NewProducer(instrument.WithTemporality(temporality))}
	// The runtime's producer knows no other temporality, and a reader of deltas
	// would add its cumulative counts up.
	if c.runtimeMetrics && temporality(sdkmetric.InstrumentKindHistogram) == metricdata.CumulativeTemporality {
		producer = append(producer, runtime.NewProducer())
	}
	return producer
}

// producers is several producers as one.
type producers []sdkmetric.Producer

func (ps producers) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	var (
		all  []metricdata.ScopeMetrics
		errs []error
	)
	for _, p := range ps {
		scopes, err := p.Produce(ctx)
		all = append(all, scopes...)
		errs = append(errs, err)
	}
	return all, errors.Join(errs...)
}

// startUsage starts the readings of the process and their instruments.
func (t *Telemetry) startUsage(c *config, provider metric.MeterProvider) error {
	s := startSampler(c.readUsage)
	t.steps = append(t.steps, step{name: "the readings of the process", run: s.shutdown})
	if err := s.observe(provider.Meter(scopeName)); err != nil {
		return fmt.Errorf("process metrics: %w", err)
	}
	return nil
}
