package points_test

import (
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

// TestSplit: wherever an export is cut, each point is on one side and in its
// place.
func TestSplit(t *testing.T) {
	const each = 3
	types := []metricdata.Aggregation{
		metricdata.Gauge[int64]{DataPoints: make([]metricdata.DataPoint[int64], each)},
		metricdata.Gauge[float64]{DataPoints: make([]metricdata.DataPoint[float64], each)},
		metricdata.Sum[int64]{DataPoints: make([]metricdata.DataPoint[int64], each)},
		metricdata.Sum[float64]{DataPoints: make([]metricdata.DataPoint[float64], each)},
		metricdata.Histogram[int64]{DataPoints: make([]metricdata.HistogramDataPoint[int64], each)},
		metricdata.Histogram[float64]{DataPoints: make([]metricdata.HistogramDataPoint[float64], each)},
		metricdata.ExponentialHistogram[int64]{DataPoints: make([]metricdata.ExponentialHistogramDataPoint[int64], each)},
		metricdata.ExponentialHistogram[float64]{DataPoints: make([]metricdata.ExponentialHistogramDataPoint[float64], each)},
		metricdata.Summary{DataPoints: make([]metricdata.SummaryDataPoint, each)},
	}
	var whole metricdata.ResourceMetrics
	want := make([]time.Time, 0, each*len(types))
	for i, data := range types {
		points.Each(data, func(p points.Point) {
			*p.Time = time.Unix(int64(len(want)), 0)
			want = append(want, *p.Time)
		})
		if i%4 == 0 { // scopes of one metric and of many
			whole.ScopeMetrics = append(whole.ScopeMetrics, metricdata.ScopeMetrics{Scope: instrumentation.Scope{Name: string(rune('a' + i))}})
		}
		scope := &whole.ScopeMetrics[len(whole.ScopeMetrics)-1]
		scope.Metrics = append(scope.Metrics, metricdata.Metrics{Data: data})
	}
	for n := range len(want) + 1 {
		first, rest := points.Split(&whole, n)
		if got := times(first); !slices.Equal(got, want[:n]) {
			t.Errorf("cut after %d: the first export has %v", n, got)
		}
		if got := times(rest); !slices.Equal(got, want[n:]) {
			t.Errorf("cut after %d: the rest has %v", n, got)
		}
		for _, scope := range slices.Concat(first.ScopeMetrics, rest.ScopeMetrics) {
			if len(scope.Metrics) == 0 || scope.Scope.Name == "" {
				t.Errorf("cut after %d: the scope %q has %d metrics", n, scope.Scope.Name, len(scope.Metrics))
			}
		}
	}
}

// times returns the times of the points in their order.
func times(rm *metricdata.ResourceMetrics) (all []time.Time) {
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			points.Each(m.Data, func(p points.Point) { all = append(all, *p.Time) })
		}
	}
	return all
}
