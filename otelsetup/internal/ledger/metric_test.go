package ledger

import (
	"context"
	"errors"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

func TestMetricExporter(t *testing.T) {
	l := New(0)
	down := true
	exporter := NewMetricExporter(l, receiver{func(context.Context, int) error {
		if down {
			return errors.New("down")
		}
		return nil
	}}.metrics())
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter)))
	counter, err := provider.Meter("test").Int64Counter("c")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 1)
	if err := provider.ForceFlush(t.Context()); err == nil {
		t.Error("no error without a receiver")
	}
	down = false
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if c, want := l.Counts(), (Counts{Delivered: 1, Failed: 1}); c != want {
		t.Errorf("counts %+v, want %+v", c, want)
	}
}

func TestDataPoints(t *testing.T) {
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
	if n := dataPoints(rm); n != 18 {
		t.Errorf("%d data points, want 18", n)
	}
}
