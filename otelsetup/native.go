package otelsetup

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
)

// nativeHistograms stands on both sides of the exporter, which renders a
// histogram either with buckets or as a native one. As its producer it keeps the
// exponential histograms back; as its collector it adds them, as native ones, to
// the classic histograms of the same collection, so that both count the same
// operations.
type nativeHistograms struct {
	sdkmetric.Producer
	exporter prometheus.Collector

	mu   sync.Mutex // one collection at a time
	kept nativePoints
}

// nativePoints are exponential histograms by their labels.
type nativePoints map[string]metricdata.ExponentialHistogramDataPoint[float64]

// Produce implements sdkmetric.Producer. The exporter calls it within Collect.
func (n *nativeHistograms) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	scopes, err := n.Producer.Produce(ctx)
	n.kept = make(nativePoints)
	for i := range scopes {
		scopes[i].Metrics = slices.DeleteFunc(scopes[i].Metrics, func(m metricdata.Metrics) bool {
			if m.Name != instrument.ExponentialDurationName {
				return false
			}
			if histogram, ok := m.Data.(metricdata.ExponentialHistogram[float64]); ok {
				n.kept.add(histogram.DataPoints)
			}
			return true
		})
	}
	return scopes, err
}

func (n *nativeHistograms) Describe(ch chan<- *prometheus.Desc) { n.exporter.Describe(ch) }

// Collect implements prometheus.Collector.
func (n *nativeHistograms) Collect(ch chan<- prometheus.Metric) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kept = nil
	rendered, done := make(chan prometheus.Metric, cap(ch)), make(chan struct{})
	go func() {
		defer close(done)
		for m := range rendered {
			ch <- nativeMetric{m, n.kept} // the exporter renders what it has produced
		}
	}()
	defer func() {
		close(rendered)
		<-done
	}()
	n.exporter.Collect(rendered) //otelkv:lockok who waits would wait for the same callbacks, and a scrape has a limit
}

// nativeMetric is a metric that the exporter rendered, with a native histogram if
// it is one of the classic histograms that have one.
type nativeMetric struct {
	prometheus.Metric
	natives nativePoints
}

// Write implements prometheus.Metric.
func (m nativeMetric) Write(out *dto.Metric) error {
	if err := m.Metric.Write(out); err != nil {
		return err
	}
	if out.Histogram == nil {
		return nil
	}
	point, ok := m.natives[nativeKey(out.GetLabel())]
	// A program's own instruments may have the same labels, or even the name.
	if !ok || point.Count != out.Histogram.GetSampleCount() || !strings.HasPrefix(m.Desc().String(), nativeFamily) {
		return nil
	}
	return writeNative(out.Histogram, point)
}

// nativeFamily begins the text of a description, which tells a metric's name in
// no other way.
const nativeFamily = `Desc{fqName: "db_client_operation_duration_seconds",`

var nativeDesc = prometheus.NewDesc("native", "", nil, nil)

// writeNative adds the native histogram to a classic one.
func writeNative(out *dto.Histogram, point metricdata.ExponentialHistogramDataPoint[float64]) error {
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
		return err
	}
	var native dto.Metric
	if err := metric.Write(&native); err != nil {
		return err
	}
	h := native.GetHistogram()
	out.Schema, out.ZeroThreshold, out.ZeroCount = h.Schema, h.ZeroThreshold, h.ZeroCount
	out.PositiveSpan, out.PositiveDelta = h.PositiveSpan, h.PositiveDelta
	return nil
}

// add adds points under the labels that the exporter gives them. Where that
// fails, it gives the classic histogram none either.
func (n nativePoints) add(points []metricdata.ExponentialHistogramDataPoint[float64]) {
	for _, point := range points {
		if key, err := nativeKeyOf(point.Attributes); err == nil {
			n[key] = point
		}
	}
}

func nativeKeyOf(attrs attribute.Set) (string, error) {
	names, values, err := labels(attrs)
	if err != nil {
		return "", err
	}
	pairs := make([]*dto.LabelPair, len(names))
	for i := range names {
		pairs[i] = &dto.LabelPair{Name: &names[i], Value: &values[i]}
	}
	return nativeKey(pairs), nil
}

// nativeKey is the identity of a series within its family.
func nativeKey(pairs []*dto.LabelPair) string {
	parts := make([]string, len(pairs))
	for i, pair := range pairs {
		parts[i] = pair.GetName() + "\xff" + pair.GetValue()
	}
	slices.Sort(parts)
	return strings.Join(parts, "\xff")
}
