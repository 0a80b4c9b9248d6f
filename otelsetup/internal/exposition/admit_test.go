package exposition

import (
	"context"
	"maps"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A point that Prometheus would refuse the page over, or the exporter would fail
// over, is left out, and all else is there, also of the same metric.
func TestAdmission(t *testing.T) {
	for _, tt := range []struct {
		name  string
		attrs []attribute.KeyValue
		kinds string // of which kinds the point is invalid: c, g, h
	}{
		{"le", []attribute.KeyValue{attribute.String("le", "1")}, "h"},
		{"quantile", []attribute.KeyValue{attribute.String("quantile", "1")}, ""},
		{"no UTF-8", []attribute.KeyValue{attribute.String("v", "\xff\xfe")}, "cgh"},
		{"a slice with no UTF-8", []attribute.KeyValue{attribute.StringSlice("v", []string{"\xff"})}, ""}, // the SDK mends it
		{"reserved", []attribute.KeyValue{attribute.String("__name__", "x")}, "cgh"},
		{"underscores", []attribute.KeyValue{attribute.String("___", "x")}, "cgh"},
		{"punctuation", []attribute.KeyValue{attribute.String("-!-", "x")}, "cgh"},
		{"one underscore", []attribute.KeyValue{attribute.String("_a", "x")}, ""},
		{"a digit", []attribute.KeyValue{attribute.String("1a", "x")}, ""},
		{"no ASCII", []attribute.KeyValue{attribute.String("größe", "x")}, ""},
		{"a number", []attribute.KeyValue{attribute.Int("n", 1), attribute.Bool("b", true), attribute.Float64("f", 1)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, NewNames(), false)
			meter := h.Meter("program")
			counter, err1 := meter.Int64Counter("c")
			gauge, err2 := meter.Float64Gauge("g")
			histogram, err3 := meter.Float64Histogram("h")
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatal(err1, err2, err3)
			}
			for _, attrs := range [][]attribute.KeyValue{{attribute.String("v", "good")}, tt.attrs} {
				counter.Add(t.Context(), 1, metric.WithAttributes(attrs...))
				gauge.Record(t.Context(), 1, metric.WithAttributes(attrs...))
				histogram.Record(t.Context(), 1, metric.WithAttributes(attrs...))
			}
			families := h.gather()
			invalid := 0
			for name, kind := range map[string]string{"c_total": "c", "g": "g", "h": "h"} {
				want := 2
				for _, k := range tt.kinds {
					if string(k) == kind {
						want = 1
						invalid++
					}
				}
				if got := len(families[name].GetMetric()); got != want {
					t.Errorf("%d series of %s, want %d", got, name, want)
				}
			}
			if len(h.report.drops) != invalid {
				t.Errorf("left out: %v, want %d", h.report.drops, invalid)
			}
			for _, d := range h.report.drops {
				if d.Reason != Invalid || d.Series != 1 || d.Detail == "" {
					t.Errorf("left out: %+v", d)
				}
			}
		})
	}
}

// Each problem of a metric is told, with its own number of series.
func TestAdmissionTellsEachProblem(t *testing.T) {
	h := newHarness(t, NewNames(), false)
	counter, err := h.Meter("program").Int64Counter("c")
	if err != nil {
		t.Fatal(err)
	}
	for _, attr := range []attribute.KeyValue{attribute.String("-!-", "x"), attribute.String("___", "x"), attribute.String("-!-", "y")} {
		counter.Add(t.Context(), 1, metric.WithAttributes(attr))
	}
	h.gather()
	series := make(map[string]int)
	for _, d := range h.report.drops {
		series[d.Detail] += d.Series
	}
	if want := map[string]int{`the attribute "-!-" cannot be a label`: 2, `the attribute "___" cannot be a label`: 1}; !maps.Equal(series, want) {
		t.Errorf("left out: %v, want %v", series, want)
	}
}

func TestDescriptionIsMended(t *testing.T) {
	h := newHarness(t, NewNames(), false)
	if _, err := h.Meter("a").Int64ObservableGauge("g", metric.WithDescription("caf\xe9"),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error { o.Observe(1); return nil })); err != nil {
		t.Fatal(err)
	}
	if help := h.gather()["g"].GetHelp(); help != "caf\uFFFD" {
		t.Errorf("help %q", help)
	}
}

// Every aggregation that there is can be filtered.
func TestFilter(t *testing.T) {
	set := attribute.NewSet(attribute.Bool("out", true))
	for _, data := range []metricdata.Aggregation{
		metricdata.Sum[int64]{DataPoints: []metricdata.DataPoint[int64]{{Value: 1}, {Attributes: set}, {Value: 2}}},
		metricdata.Sum[float64]{DataPoints: []metricdata.DataPoint[float64]{{Value: 1}, {Attributes: set}, {Value: 2}}},
		metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Value: 1}, {Attributes: set}, {Value: 2}}},
		metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{{Value: 1}, {Attributes: set}, {Value: 2}}},
		metricdata.Histogram[int64]{DataPoints: []metricdata.HistogramDataPoint[int64]{{Count: 1}, {Attributes: set}, {Count: 2}}},
		metricdata.Histogram[float64]{DataPoints: []metricdata.HistogramDataPoint[float64]{{Count: 1}, {Attributes: set}, {Count: 2}}},
		metricdata.ExponentialHistogram[int64]{DataPoints: []metricdata.ExponentialHistogramDataPoint[int64]{{Count: 1}, {Attributes: set}, {Count: 2}}},
		metricdata.ExponentialHistogram[float64]{DataPoints: []metricdata.ExponentialHistogramDataPoint[float64]{{Count: 1}, {Attributes: set}, {Count: 2}}},
		metricdata.Summary{DataPoints: []metricdata.SummaryDataPoint{{Count: 1}, {Attributes: set}, {Count: 2}}},
	} {
		m := metricdata.Metrics{Data: data}
		if removed := filter(&m, func(s *attribute.Set) bool { return s.Len() == 0 }); removed != 1 {
			t.Errorf("%T: %d removed", data, removed)
		}
		left := 0
		if removed := filter(&m, func(s *attribute.Set) bool {
			left++
			*s = set
			return true
		}); removed != 0 || left != 2 {
			t.Errorf("%T: %d left, %d removed", data, left, removed)
		}
		if removed := filter(&m, func(s *attribute.Set) bool { return s.Equals(&set) }); removed != 0 {
			t.Errorf("%T: what a visit has set is not there", data)
		}
	}
}
