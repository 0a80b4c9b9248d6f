package exposition

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
)

// both is a producer of the classic and of the exponential histogram of operations.
type both struct{ zeros uint64 }

func (b both) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	s := metricdata.ScopeMetrics{Metrics: []metricdata.Metrics{
		{Name: "db.client.operation.duration", Unit: "s", Data: metricdata.Histogram[float64]{
			DataPoints: []metricdata.HistogramDataPoint[float64]{{
				Count: 2, Sum: 3, Bounds: []float64{1}, BucketCounts: []uint64{1, 1},
				Exemplars: []metricdata.Exemplar[float64]{{Value: 1, Time: time.Now(), TraceID: make([]byte, 16), SpanID: make([]byte, 8)}},
			}},
		}},
		{Name: instrument.ExponentialDurationName, Unit: "s", Data: metricdata.ExponentialHistogram[float64]{
			DataPoints: []metricdata.ExponentialHistogramDataPoint[float64]{{
				Count: 2, Sum: 3, Scale: 3, ZeroCount: b.zeros, PositiveBucket: metricdata.ExponentialBucket{Counts: []uint64{1, 1}},
			}},
		}},
	}}
	s.Scope.Name = "github.com/otelkv/otelkv/instrument"
	return []metricdata.ScopeMetrics{s}, nil
}

// A native histogram that cannot be rendered costs itself: the classic one is there.
func TestNative(t *testing.T) {
	for zeros, failed := range map[uint64]int{0: 0, 5: 1} {
		h := newHarness(t, NewNames(), true, both{zeros})
		series := h.gather()["db_client_operation_duration_seconds"].GetMetric()
		if len(series) != 1 || series[0].GetHistogram().GetSampleCount() != 2 || (series[0].GetHistogram().Schema == nil) != (failed == 1) {
			t.Errorf("%d zeros: %v", zeros, series)
		}
		if len(h.report.failed) != failed {
			t.Errorf("%d zeros: %v", zeros, h.report.failed)
		}
	}
}
