// Package points walks over the data points of metrics, of whatever type they
// are.
package points

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A Point is what all types of data points have in common, in its place.
type Point struct {
	Attributes  *attribute.Set
	Start, Time *time.Time
}

// Count returns how many points there are.
func Count(rm *metricdata.ResourceMetrics) (n int) {
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			n += Len(m.Data)
		}
	}
	return n
}

// Len returns how many points a metric has.
func Len(data metricdata.Aggregation) (n int) {
	Each(data, func(Point) { n++ })
	return n
}

// Each calls visit for each point of a metric. What has no known type has none.
func Each(data metricdata.Aggregation, visit func(Point)) {
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		numbers(d.DataPoints, visit)
	case metricdata.Gauge[float64]:
		numbers(d.DataPoints, visit)
	case metricdata.Sum[int64]:
		numbers(d.DataPoints, visit)
	case metricdata.Sum[float64]:
		numbers(d.DataPoints, visit)
	case metricdata.Histogram[int64]:
		histograms(d.DataPoints, visit)
	case metricdata.Histogram[float64]:
		histograms(d.DataPoints, visit)
	case metricdata.ExponentialHistogram[int64]:
		exponentials(d.DataPoints, visit)
	case metricdata.ExponentialHistogram[float64]:
		exponentials(d.DataPoints, visit)
	case metricdata.Summary:
		for i := range d.DataPoints {
			p := &d.DataPoints[i]
			visit(Point{&p.Attributes, &p.StartTime, &p.Time})
		}
	}
}

func numbers[N int64 | float64](all []metricdata.DataPoint[N], visit func(Point)) {
	for i := range all {
		p := &all[i]
		visit(Point{&p.Attributes, &p.StartTime, &p.Time})
	}
}

func histograms[N int64 | float64](all []metricdata.HistogramDataPoint[N], visit func(Point)) {
	for i := range all {
		p := &all[i]
		visit(Point{&p.Attributes, &p.StartTime, &p.Time})
	}
}

func exponentials[N int64 | float64](all []metricdata.ExponentialHistogramDataPoint[N], visit func(Point)) {
	for i := range all {
		p := &all[i]
		visit(Point{&p.Attributes, &p.StartTime, &p.Time})
	}
}

// Temporality returns that of a metric. What has none, such as a gauge, is
// cumulative.
func Temporality(data metricdata.Aggregation) metricdata.Temporality {
	switch d := data.(type) {
	case metricdata.Sum[int64]:
		return d.Temporality
	case metricdata.Sum[float64]:
		return d.Temporality
	case metricdata.Histogram[int64]:
		return d.Temporality
	case metricdata.Histogram[float64]:
		return d.Temporality
	case metricdata.ExponentialHistogram[int64]:
		return d.Temporality
	case metricdata.ExponentialHistogram[float64]:
		return d.Temporality
	}
	return metricdata.CumulativeTemporality
}
