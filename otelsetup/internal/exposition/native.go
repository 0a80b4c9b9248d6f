package exposition

import (
	"encoding/hex"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// natives are the exponential histograms of operations by the attributes that they
// share with the classic ones of the same collection.
type natives map[attribute.Distinct]metricdata.ExponentialHistogramDataPoint[float64]

// takeNatives takes them out of scopes: they are no metric of their own.
func takeNatives(scopes []metricdata.ScopeMetrics) natives {
	found := make(natives)
	for _, m := range take(scopes, func(scope string, m *metricdata.Metrics) bool {
		return oursIs(scope) && m.Name == instrument.ExponentialDurationName
	}) {
		if h, ok := m.Data.(metricdata.ExponentialHistogram[float64]); ok {
			for _, point := range h.DataPoints {
				found[point.Attributes.Equivalent()] = point
			}
		}
	}
	return found
}

// takeDurations takes the classic histogram of operations out of scopes, and
// leaves the program's own of this name.
func (k *kept) takeDurations(scopes []metricdata.ScopeMetrics) {
	k.durations = take(scopes, func(scope string, m *metricdata.Metrics) bool {
		_, ok := m.Data.(metricdata.Histogram[float64])
		return ok && oursIs(scope) && m.Name == catalog.OperationDuration.Name
	})
}

// renderDurations yields the series of a classic histogram, each with the native
// one of the same attributes, so that both count the same operations.
func renderDurations(ch chan<- prometheus.Metric, m metricdata.Metrics, natives natives, report Report) {
	points := m.Data.(metricdata.Histogram[float64]).DataPoints
	n, err := nameOf(m)
	if err != nil {
		report.Dropped(Drop{m.Name, Invalid, err.Error(), len(points)})
		return
	}
	for _, point := range points {
		metric, err := n.histogram(point)
		if err != nil {
			report.Dropped(Drop{m.Name, Invalid, err.Error(), 1})
			continue
		}
		if native, ok := natives.of(point); ok {
			if h, err := nativeOf(native); err == nil {
				metric = nativeMetric{metric, h}
			} else {
				report.Failed(err) // the classic one is there
			}
		}
		ch <- metric
	}
}

// of returns the native histogram of a point's series.
func (n natives) of(point metricdata.HistogramDataPoint[float64]) (native metricdata.ExponentialHistogramDataPoint[float64], ok bool) {
	set := point.Attributes
	if set.HasValue(scopeName) { // which it got meanwhile
		set, _ = set.Filter(attribute.NewDenyKeysFilter(scopeName, scopeVersion))
	}
	native, ok = n[set.Equivalent()]
	return native, ok && native.Count == point.Count
}

// histogram renders a point as the exporter does.
func (n named) histogram(point metricdata.HistogramDataPoint[float64]) (prometheus.Metric, error) {
	desc, values, err := n.series(point.Attributes)
	if err != nil {
		return nil, err
	}
	cumulative, buckets := uint64(0), make(map[float64]uint64, len(point.Bounds))
	for i, bound := range point.Bounds {
		cumulative += point.BucketCounts[i]
		buckets[bound] = cumulative
	}
	metric, err := prometheus.NewConstHistogram(desc, point.Count, point.Sum, buckets, values...)
	if err != nil || len(point.Exemplars) == 0 {
		return metric, err
	}
	exemplars := make([]prometheus.Exemplar, len(point.Exemplars))
	for i, e := range point.Exemplars {
		exemplars[i] = prometheus.Exemplar{Value: e.Value, Timestamp: e.Time, Labels: prometheus.Labels{
			otlptranslator.ExemplarTraceIDKey: hex.EncodeToString(e.TraceID),
			otlptranslator.ExemplarSpanIDKey:  hex.EncodeToString(e.SpanID),
		}}
	}
	return prometheus.NewMetricWithExemplars(metric, exemplars...)
}

// nativeMetric is a classic histogram that is a native one, too.
type nativeMetric struct {
	prometheus.Metric
	native *dto.Histogram
}

// Write implements prometheus.Metric.
func (m nativeMetric) Write(out *dto.Metric) error {
	if err := m.Metric.Write(out); err != nil {
		return err
	}
	h := out.GetHistogram()
	h.Schema, h.ZeroThreshold, h.ZeroCount = m.native.Schema, m.native.ZeroThreshold, m.native.ZeroCount
	h.PositiveSpan, h.PositiveDelta = m.native.PositiveSpan, m.native.PositiveDelta
	return nil
}

var nativeDesc = prometheus.NewDesc("native", "", nil, nil)

// nativeOf renders an exponential histogram.
func nativeOf(point metricdata.ExponentialHistogramDataPoint[float64]) (*dto.Histogram, error) {
	buckets := make(map[int]int64)
	for i, count := range point.PositiveBucket.Counts {
		if count > 0 {
			// OpenTelemetry numbers buckets by their lower bounds.
			buckets[int(point.PositiveBucket.Offset)+i+1] = int64(count)
		}
	}
	metric, err := prometheus.NewConstNativeHistogram(nativeDesc, point.Count, point.Sum,
		buckets, nil, point.ZeroCount, point.Scale, point.ZeroThreshold, point.StartTime)
	if err != nil {
		return nil, err
	}
	var native dto.Metric
	err = metric.Write(&native)
	return native.GetHistogram(), err
}
