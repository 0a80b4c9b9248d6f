package instrument

import (
	"context"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument/internal/producer"
	"github.com/otelkv/otelkv/internal/typednil"
)

// A Producer hands the records of a registry to one reader of a MeterProvider:
// give it to the reader with metric.WithProducer, or to the Prometheus exporter
// with its option of that name. Each reader needs one of its own, because a
// reader of deltas is told what changed since it asked last. It is safe for
// concurrent use.
//
// Views, cardinality limits and exemplar filters of the SDK do not reach what a
// producer produces. Its series are bounded by construction; see
// [WithMetricFilter] and [WithDurationBounds] for the rest.
type Producer struct{ sdk producer.Producer }

// A ProducerOption changes what a Producer produces.
type ProducerOption interface{ applyProducer(*Producer) }

type producerOptionFunc func(*producer.Producer)

func (f producerOptionFunc) applyProducer(p *Producer) { f(&p.sdk) }

// WithTemporality makes the producer speak as its reader expects: pass the
// selector of the reader's exporter. By default, everything is cumulative.
func WithTemporality(selector sdkmetric.TemporalitySelector) ProducerOption {
	return producerOptionFunc(func(p *producer.Producer) {
		if selector != nil {
			p.Temporality = selector
		}
	})
}

// WithSummaries makes the producer yield [QuantilesName], the one summary of this
// package, for a reader that can take it: exporters for OTLP can. The Prometheus
// exporter of OpenTelemetry cannot, and fails the whole scrape over a summary;
// package otelsetup shows this one to Prometheus by itself. By default, the
// summary is left out, and its quantiles are not computed.
func WithSummaries() ProducerOption {
	return producerOptionFunc(func(p *producer.Producer) { p.Summaries = true })
}

// WithMetricFilter leaves out the metrics for whose names, such as
// "kvdb.request.latency", keep returns false. They cost nothing then. Keep is
// called at each collection; it must be safe for concurrent use and must not
// block; if it panics, the metric is kept. By default, all are kept.
func WithMetricFilter(keep func(name string) bool) ProducerOption {
	return producerOptionFunc(func(p *producer.Producer) {
		if keep != nil {
			p.Keep = keep
		}
	})
}

var _ sdkmetric.Producer = (*Producer)(nil)

// NewProducer returns a producer for one reader. That of a nil or zero Registry
// produces nothing.
func (r *Registry) NewProducer(options ...ProducerOption) *Producer {
	p := &Producer{sdk: producer.Producer{
		Temporality: sdkmetric.DefaultTemporalitySelector,
		Keep:        func(string) bool { return true },
	}}
	if r != nil && r.records != nil {
		p.sdk.Reader = r.records.NewReader()
	}
	for _, o := range options {
		if !typednil.Is(o) {
			o.applyProducer(p)
		}
	}
	return p
}

// Produce implements metric.Producer. It does no I/O and returns no error. All
// metrics of a store come from one snapshot, each metric once in one scope. All
// points have one time, later than that of the points before them; the slices are
// the caller's.
func (p *Producer) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	if p == nil || p.sdk.Reader == nil {
		return nil, nil
	}
	return p.sdk.Produce(), nil
}
