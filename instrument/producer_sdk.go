package instrument

import (
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An sdkProducer makes of what one reader is told the metrics of the SDK.
type sdkProducer struct {
	reader      *record.Reader
	temporality sdkmetric.TemporalitySelector
	keep        func(string) bool
	summaries   bool
}

// produce makes the metrics of one collection.
func (p *sdkProducer) produce() []metricdata.ScopeMetrics {
	b := builder{
		counters:   p.speaks(sdkmetric.InstrumentKindCounter),
		histograms: p.speaks(sdkmetric.InstrumentKindHistogram),
	}
	b.Collection = p.reader.Collect(record.Demand{
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
func (p *sdkProducer) speaks(of sdkmetric.InstrumentKind) (t metricdata.Temporality) {
	defer func() {
		if recover() != nil {
			t = sdkmetric.DefaultTemporalitySelector(of)
		}
	}()
	return p.temporality(of)
}

// keeps reports whether the reader gets the metric. A filter of the user that
// panics keeps it.
func (p *sdkProducer) keeps(name string) (kept bool) {
	if !p.summaries && name == catalog.QuantilesName {
		return false
	}
	defer func() {
		if recover() != nil {
			kept = true
		}
	}()
	return p.keep(name)
}
