package exposition

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// kind is what Prometheus makes of a metric.
type kind string

const (
	counter   kind = "counter"
	upDown    kind = "updowncounter" // a gauge, but for its unit's suffix
	gauge     kind = "gauge"
	histogram kind = "histogram"
	summary   kind = "summary"
	unknown   kind = "unknown"
)

func kindOf(data metricdata.Aggregation) kind {
	switch d := data.(type) {
	case metricdata.Sum[int64]:
		return sumKind(d.IsMonotonic)
	case metricdata.Sum[float64]:
		return sumKind(d.IsMonotonic)
	case metricdata.Gauge[int64], metricdata.Gauge[float64]:
		return gauge
	case metricdata.Histogram[int64], metricdata.Histogram[float64],
		metricdata.ExponentialHistogram[int64], metricdata.ExponentialHistogram[float64]:
		return histogram
	case metricdata.Summary:
		return summary
	}
	return unknown
}

func sumKind(monotonic bool) kind {
	if monotonic {
		return counter
	}
	return upDown
}

// sameType reports whether Prometheus has one type for both.
func (k kind) sameType(other kind) bool {
	return k == other || k.isGauge() && other.isGauge()
}

func (k kind) isGauge() bool { return k == gauge || k == upDown }

// A visit looks at the attributes of a point, which it may replace, and reports
// whether the point stays.
type visit func(*attribute.Set) bool

// filter visits every point of a metric and returns how many were taken out. When
// none is left, the metric has no data.
func filter(m *metricdata.Metrics, v visit) (removed int) {
	var left int
	var filtered metricdata.Aggregation
	switch d := m.Data.(type) {
	case metricdata.Sum[int64]:
		d.DataPoints, removed = points(d.DataPoints, number[int64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.Sum[float64]:
		d.DataPoints, removed = points(d.DataPoints, number[float64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.Gauge[int64]:
		d.DataPoints, removed = points(d.DataPoints, number[int64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.Gauge[float64]:
		d.DataPoints, removed = points(d.DataPoints, number[float64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.Histogram[int64]:
		d.DataPoints, removed = points(d.DataPoints, buckets[int64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.Histogram[float64]:
		d.DataPoints, removed = points(d.DataPoints, buckets[float64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.ExponentialHistogram[int64]:
		d.DataPoints, removed = points(d.DataPoints, exponential[int64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.ExponentialHistogram[float64]:
		d.DataPoints, removed = points(d.DataPoints, exponential[float64], v)
		filtered, left = d, len(d.DataPoints)
	case metricdata.Summary:
		d.DataPoints, removed = points(d.DataPoints, quantiles, v)
		filtered, left = d, len(d.DataPoints)
	}
	if removed > 0 {
		m.Data = filtered
	}
	if left == 0 {
		m.Data = nil
	}
	return removed
}

// prune takes out metrics without data.
func prune(scopes []metricdata.ScopeMetrics) {
	for i := range scopes {
		scopes[i].Metrics = slices.DeleteFunc(scopes[i].Metrics, func(m metricdata.Metrics) bool { return m.Data == nil })
	}
}

// points visits points in place. What it takes out is gone from the slice.
func points[P any](all []P, attributes func(*P) *attribute.Set, v visit) (kept []P, removed int) {
	kept = all[:0]
	for i := range all {
		if !v(attributes(&all[i])) {
			continue
		}
		if len(kept) != i { // a point is a large value: copy only what has to move
			kept = append(kept, all[i])
		} else {
			kept = all[:i+1]
		}
	}
	clear(all[len(kept):])
	return kept, len(all) - len(kept)
}

func number[N int64 | float64](p *metricdata.DataPoint[N]) *attribute.Set { return &p.Attributes }

func buckets[N int64 | float64](p *metricdata.HistogramDataPoint[N]) *attribute.Set {
	return &p.Attributes
}

func exponential[N int64 | float64](p *metricdata.ExponentialHistogramDataPoint[N]) *attribute.Set {
	return &p.Attributes
}

func quantiles(p *metricdata.SummaryDataPoint) *attribute.Set { return &p.Attributes }
