package producer

import (
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An Producer makes of what one reader is told the metrics of the SDK.
type Producer struct {
	Reader      *record.Reader
	Temporality sdkmetric.TemporalitySelector
	Keep        func(string) bool
	Summaries   bool
}

// Produce makes the metrics of one collection.
func (p *Producer) Produce() []metricdata.ScopeMetrics {
	b := builder{
		counters:   p.speaks(sdkmetric.InstrumentKindCounter),
		histograms: p.speaks(sdkmetric.InstrumentKindHistogram),
	}
	b.Collection = p.Reader.Collect(record.Demand{
		CounterDeltas:   b.counters == metricdata.DeltaTemporality,
		HistogramDeltas: b.histograms == metricdata.DeltaTemporality,
		Quantiles:       p.keeps(catalog.QuantilesName),
	})
	metrics := b.metrics(p.keeps)
	if len(metrics) == 0 {
		return nil
	}
	return []metricdata.ScopeMetrics{{
		Scope:   instrumentation.Scope{Name: catalog.ScopeInstrument},
		Metrics: metrics,
	}}
}

// speaks asks the user's selector. One that panics selects what is the default.
func (p *Producer) speaks(of sdkmetric.InstrumentKind) (t metricdata.Temporality) {
	defer func() {
		if recover() != nil {
			t = sdkmetric.DefaultTemporalitySelector(of)
		}
	}()
	return p.Temporality(of)
}

// keeps reports whether the reader gets the metric. A filter of the user that
// panics keeps it.
func (p *Producer) keeps(name string) (kept bool) {
	if !p.Summaries && name == catalog.QuantilesName {
		return false
	}
	defer func() {
		if recover() != nil {
			kept = true
		}
	}()
	return p.Keep(name)
}
