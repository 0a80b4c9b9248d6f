package points_test

import (
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

func TestCount(t *testing.T) {
	two := func(data metricdata.Aggregation) metricdata.Metrics { return metricdata.Metrics{Data: data} }
	rm := &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{
		two(metricdata.Gauge[int64]{DataPoints: make([]metricdata.DataPoint[int64], 2)}),
		two(metricdata.Gauge[float64]{DataPoints: make([]metricdata.DataPoint[float64], 2)}),
		two(metricdata.Sum[int64]{DataPoints: make([]metricdata.DataPoint[int64], 2)}),
		two(metricdata.Sum[float64]{DataPoints: make([]metricdata.DataPoint[float64], 2)}),
	}}, {Metrics: []metricdata.Metrics{
		two(metricdata.Histogram[int64]{DataPoints: make([]metricdata.HistogramDataPoint[int64], 2)}),
		two(metricdata.Histogram[float64]{DataPoints: make([]metricdata.HistogramDataPoint[float64], 2)}),
		two(metricdata.ExponentialHistogram[int64]{DataPoints: make([]metricdata.ExponentialHistogramDataPoint[int64], 2)}),
		two(metricdata.ExponentialHistogram[float64]{DataPoints: make([]metricdata.ExponentialHistogramDataPoint[float64], 2)}),
		two(metricdata.Summary{DataPoints: make([]metricdata.SummaryDataPoint, 2)}),
		two(nil),
	}}}}
	if n := points.Count(rm); n != 18 {
		t.Errorf("%d data points, want 18", n)
	}
}
