package otelsetup

import (
	"github.com/prometheus/client_golang/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
)

// WithPrometheusRegistry joins a registry that the program already has, so
// that one page shows its metrics and these. For a *prometheus.Registry pass it
// twice; for the default registry prometheus.DefaultRegisterer and
// prometheus.DefaultGatherer.
//
// The collectors yield nothing after Shutdown, and then another Telemetry may
// join. While one is there, a second one is an error of Start. A process
// collector that the registry already has is kept.
//
// By default, and with nil for both, the metrics are in a registry of their own.
func WithPrometheusRegistry(registerer prometheus.Registerer, gatherer prometheus.Gatherer) Option {
	return optionFunc(func(c *config) {
		c.join, c.registerer, c.gatherer = registerer != nil || gatherer != nil, registerer, gatherer
	})
}

type readerOption struct {
	temporality sdkmetric.TemporalitySelector
	factory     func(sdkmetric.Producer) (sdkmetric.Reader, error)
}

// WithReader adds a reader of all metrics besides Prometheus. The records of
// wrapped stores reach it through a producer of its own, which the factory must
// hand to it and which yields the temporality that the reader has; nil is
// cumulative. With an exporter e that is
//
//	otelsetup.WithReader(e.Temporality, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
//		return sdkmetric.NewPeriodicReader(e, sdkmetric.WithProducer(p)), nil
//	})
//
// All points of that producer have one time, later than that of the points it
// yielded before, also those of the Go runtime, whose own producer repeats old ones.
//
// Start calls the factory once. The Telemetry takes the reader over: Shutdown
// shuts it down, and so does a Start that fails.
//
// By default, the readers are Prometheus and, where OTEL_METRICS_EXPORTER or an
// endpoint asks for it, OTLP.
func WithReader(temporality sdkmetric.TemporalitySelector, factory func(sdkmetric.Producer) (sdkmetric.Reader, error)) Option {
	return optionFunc(func(c *config) {
		if temporality == nil {
			temporality = sdkmetric.CumulativeTemporalitySelector
		}
		c.readers = append(c.readers, readerOption{temporality, factory})
	})
}

// WithDurationBounds adds bounds in seconds to the buckets of
// db.client.operation.duration, for example that of an objective.
//
// By default, the buckets are those that package instrument documents.
func WithDurationBounds(seconds ...float64) Option {
	return optionFunc(func(c *config) { c.durationBounds = append(c.durationBounds, seconds...) })
}

// WithNativeHistograms adds native histograms to db_client_operation_duration_seconds,
// for Prometheus servers that scrape protobuf: each of its series then has the
// classic buckets and, with the same count and sum, a native histogram of schema
// 3, whose buckets grow by 9 %. [instrument.ExponentialDurationName] tells how
// exact it is. The text formats and other readers, such as OTLP, show what they
// show without it.
//
// A server that ingests native histograms stores the classic buckets of these
// series only if its scrape configuration has always_scrape_classic_histograms
// (before Prometheus 3 scrape_classic_histograms, and none before 2.45). What
// reads them, such as dashboards, rules and exemplars of a bucket, needs that.
//
// By default, there are classic buckets alone.
func WithNativeHistograms() Option {
	return optionFunc(func(c *config) { c.nativeHistograms = true })
}

// newRegistry returns the registry of the records of stores.
func (c *config) newRegistry() *instrument.Registry {
	opts := []instrument.RegistryOption{instrument.WithDurationBounds(c.durationBounds...)}
	if c.nativeHistograms {
		opts = append(opts, instrument.WithExponentialDurations())
	}
	return instrument.NewRegistry(opts...)
}

// WithoutProcessMetrics leaves out kvdb.memory, kvdb.utilization of the process
// and the metrics process_*, and with them the goroutine that takes the
// readings.
//
// By default, they are there.
func WithoutProcessMetrics() Option {
	return optionFunc(func(c *config) { c.processMetrics = false })
}

// WithoutRuntimeMetrics leaves out OpenTelemetry's metrics of the Go runtime.
//
// By default, they are there.
func WithoutRuntimeMetrics() Option {
	return optionFunc(func(c *config) { c.runtimeMetrics = false })
}

// WithRuntimeBuckets keeps all buckets of go.schedule.duration that the Go runtime
// has, about 160, each of them a series of this process.
//
// By default, it has five bounds of the runtime's own, near 10 and 100 µs and 1, 10
// and 100 ms.
func WithRuntimeBuckets() Option {
	return optionFunc(func(c *config) { c.runtimeBuckets = true })
}
