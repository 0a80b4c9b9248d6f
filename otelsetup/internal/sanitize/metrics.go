package sanitize

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

// Metrics mends metrics in place and returns in how many data points it had to,
// by themselves or by what they are part of, and how many it left out: those of
// metrics without a type or a temporality, and those that cannot be told from
// another one, nor added to it, once they are mended.
func Metrics(rm *metricdata.ResourceMetrics) (mended, leftOut int) {
	var badResource bool
	rm.Resource, badResource = Resource(rm.Resource)
	for i := range rm.ScopeMetrics {
		scope := &rm.ScopeMetrics[i]
		var badScope bool
		scope.Scope, badScope = Scope(scope.Scope)
		all := scope.Metrics[:0]
		for _, m := range scope.Metrics {
			badMetric := in(&m.Name, &m.Description, &m.Unit)
			c := collation{whole: badResource || badScope || badMetric}
			m.Data = c.aggregation(m.Data)
			mended, leftOut = mended+c.mended, leftOut+c.leftOut
			if m.Data != nil {
				all = append(all, m)
			}
		}
		scope.Metrics = all
	}
	return mended, leftOut
}

// A collation goes through the points of one metric.
type collation struct {
	whole           bool // something that all are part of was mended
	mended, leftOut int
}

func (c *collation) aggregation(data metricdata.Aggregation) metricdata.Aggregation {
	if t := points.Temporality(data); t != metricdata.CumulativeTemporality && t != metricdata.DeltaTemporality {
		c.leftOut += points.Len(data)
		return nil
	}
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		d.DataPoints = collate(c, d.DataPoints, number, nil)
		return d
	case metricdata.Gauge[float64]:
		d.DataPoints = collate(c, d.DataPoints, number, nil)
		return d
	case metricdata.Sum[int64]:
		d.DataPoints = collate(c, d.DataPoints, number, addNumber)
		return d
	case metricdata.Sum[float64]:
		d.DataPoints = collate(c, d.DataPoints, number, addNumber)
		return d
	case metricdata.Histogram[int64]:
		d.DataPoints = collate(c, d.DataPoints, histogram, addHistogram)
		return d
	case metricdata.Histogram[float64]:
		d.DataPoints = collate(c, d.DataPoints, histogram, addHistogram)
		return d
	case metricdata.ExponentialHistogram[int64]:
		d.DataPoints = collate(c, d.DataPoints, exponential, nil)
		return d
	case metricdata.ExponentialHistogram[float64]:
		d.DataPoints = collate(c, d.DataPoints, exponential, nil)
		return d
	case metricdata.Summary:
		d.DataPoints = collate(c, d.DataPoints, summary, nil)
		return d
	}
	return nil
}

// What follows returns the attributes of a point, mends its exemplars, and
// reports whether it had to.

func number[N int64 | float64](p *metricdata.DataPoint[N]) (*attribute.Set, bool) {
	return &p.Attributes, exemplars(p.Exemplars)
}

func histogram[N int64 | float64](p *metricdata.HistogramDataPoint[N]) (*attribute.Set, bool) {
	return &p.Attributes, exemplars(p.Exemplars)
}

func exponential[N int64 | float64](p *metricdata.ExponentialHistogramDataPoint[N]) (*attribute.Set, bool) {
	return &p.Attributes, exemplars(p.Exemplars)
}

func summary(p *metricdata.SummaryDataPoint) (*attribute.Set, bool) { return &p.Attributes, false }

func exemplars[N int64 | float64](all []metricdata.Exemplar[N]) (mended bool) {
	for i := range all {
		var bad bool
		all[i].FilteredAttributes, bad = Attributes(all[i].FilteredAttributes)
		mended = mended || bad
	}
	return mended
}
