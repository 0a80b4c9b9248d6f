package sanitize_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

var (
	early = time.Unix(1, 0)
	late  = time.Unix(2, 0)
)

func setOf(v string) attribute.Set { return attribute.NewSet(attribute.String("k", v)) }

func numberOf[N int64 | float64](v string, n N) metricdata.DataPoint[N] {
	return metricdata.DataPoint[N]{Attributes: setOf(v), StartTime: late, Value: n}
}

func histogramOf(v string, count uint64, bounds ...float64) metricdata.HistogramDataPoint[float64] {
	counts := make([]uint64, len(bounds)+1)
	counts[0] = count
	return metricdata.HistogramDataPoint[float64]{
		Attributes: setOf(v), StartTime: late, Bounds: bounds, BucketCounts: counts, Count: count, Sum: float64(count),
		Min: metricdata.NewExtrema(float64(count)), Max: metricdata.NewExtrema(float64(count)),
	}
}

func one(data metricdata.Aggregation) *metricdata.ResourceMetrics {
	return &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{{Name: "m", Data: data}}}}}
}

func TestMetricsInEveryPlace(t *testing.T) {
	sum := metricdata.Sum[int64]{Temporality: metricdata.DeltaTemporality, DataPoints: []metricdata.DataPoint[int64]{numberOf("v", int64(1)), numberOf("w", int64(1))}}
	for name, edit := range map[string]func(*metricdata.ResourceMetrics){
		"resource": func(rm *metricdata.ResourceMetrics) { rm.Resource = resource.NewSchemaless(badAttr) },
		"scope": func(rm *metricdata.ResourceMetrics) {
			rm.ScopeMetrics[0].Scope = instrumentation.Scope{Version: "\xff"}
		},
		"name":        func(rm *metricdata.ResourceMetrics) { rm.ScopeMetrics[0].Metrics[0].Name = "\xff" },
		"unit":        func(rm *metricdata.ResourceMetrics) { rm.ScopeMetrics[0].Metrics[0].Unit = "\xff" },
		"description": func(rm *metricdata.ResourceMetrics) { rm.ScopeMetrics[0].Metrics[0].Description = "\xff" },
	} {
		t.Run(name, func(t *testing.T) {
			sum.DataPoints = slices.Clone(sum.DataPoints)
			rm := one(sum)
			if mended, leftOut := sanitize.Metrics(rm); mended+leftOut != 0 {
				t.Errorf("clean: %d mended, %d left out", mended, leftOut)
			}
			edit(rm)
			if mended, leftOut := sanitize.Metrics(rm); mended != 2 || leftOut != 0 {
				t.Errorf("%d mended, %d left out", mended, leftOut)
			}
			if mended, leftOut := sanitize.Metrics(rm); mended+leftOut != 0 {
				t.Errorf("once more: %d mended, %d left out", mended, leftOut)
			}
		})
	}
}

// Points whose attributes become the same would be refused. Their order, which
// the SDK changes from export to export, does not matter.
func TestPointsThatBecomeOne(t *testing.T) {
	values := []string{"\xff", "\uFFFD", "\xfe\xff", "right", "\xfd"}
	for name, tt := range map[string]struct {
		data            func(values []string) metricdata.Aggregation
		mended, leftOut int
		check           func(metricdata.Aggregation) bool
	}{
		"sum": {func(values []string) metricdata.Aggregation {
			var d metricdata.Sum[int64]
			d.Temporality = metricdata.CumulativeTemporality
			for _, v := range values {
				p := numberOf(v, int64(len(v)))
				if v == "\xfd" {
					p.StartTime = early
				}
				p.Exemplars = []metricdata.Exemplar[int64]{{FilteredAttributes: []attribute.KeyValue{attribute.String("e", v)}}}
				d.DataPoints = append(d.DataPoints, p)
			}
			return d
		}, 3, 0, func(data metricdata.Aggregation) bool {
			d, _ := data.(metricdata.Sum[int64])
			i := slices.IndexFunc(d.DataPoints, func(p metricdata.DataPoint[int64]) bool { return p.Attributes == setOf("\uFFFD") })
			return len(d.DataPoints) == 2 && d.DataPoints[i].Value == 1+3+2+1 && d.DataPoints[i].StartTime.Equal(early) && len(d.DataPoints[i].Exemplars) == 4
		}},
		"gauge": {func(values []string) metricdata.Aggregation {
			var d metricdata.Gauge[float64]
			for _, v := range values {
				d.DataPoints = append(d.DataPoints, numberOf(v, float64(len(v))))
			}
			return d
		}, 0, 3, func(data metricdata.Aggregation) bool {
			d, _ := data.(metricdata.Gauge[float64])
			i := slices.IndexFunc(d.DataPoints, func(p metricdata.DataPoint[float64]) bool { return p.Attributes == setOf("\uFFFD") })
			return len(d.DataPoints) == 2 && d.DataPoints[i].Value == 3
		}},
		"histogram": {func(values []string) metricdata.Aggregation {
			d := metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality}
			for _, v := range values {
				bounds := []float64{1, 2}
				if v == "\xfd" {
					bounds = []float64{1, 3}
				}
				d.DataPoints = append(d.DataPoints, histogramOf(v, uint64(len(v)), bounds...))
			}
			return d
		}, 2, 1, func(data metricdata.Aggregation) bool {
			d, _ := data.(metricdata.Histogram[float64])
			i := slices.IndexFunc(d.DataPoints, func(p metricdata.HistogramDataPoint[float64]) bool { return p.Attributes == setOf("\uFFFD") })
			p := d.DataPoints[i]
			least, _ := p.Min.Value()
			most, _ := p.Max.Value()
			return len(d.DataPoints) == 2 && p.Count == 6 && p.Sum == 6 && p.BucketCounts[0] == 6 && least == 1 && most == 3
		}},
		"summary": {func(values []string) metricdata.Aggregation {
			var d metricdata.Summary
			for _, v := range values {
				d.DataPoints = append(d.DataPoints, metricdata.SummaryDataPoint{Attributes: setOf(v), Count: uint64(len(v))})
			}
			return d
		}, 0, 3, func(data metricdata.Aggregation) bool {
			d, _ := data.(metricdata.Summary)
			return len(d.DataPoints) == 2
		}},
		"exponential histogram": {func(values []string) metricdata.Aggregation {
			d := metricdata.ExponentialHistogram[float64]{Temporality: metricdata.DeltaTemporality}
			for _, v := range values {
				d.DataPoints = append(d.DataPoints, metricdata.ExponentialHistogramDataPoint[float64]{Attributes: setOf(v)})
			}
			return d
		}, 0, 3, func(data metricdata.Aggregation) bool {
			d, _ := data.(metricdata.ExponentialHistogram[float64])
			return len(d.DataPoints) == 2
		}},
		"undefined temporality": {func([]string) metricdata.Aggregation {
			return metricdata.Sum[int64]{DataPoints: make([]metricdata.DataPoint[int64], 4)}
		}, 0, 4, func(data metricdata.Aggregation) bool { return data == nil }},
		"no data": {func([]string) metricdata.Aggregation { return nil }, 0, 0, func(data metricdata.Aggregation) bool { return data == nil }},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				shuffled := slices.Clone(values)
				rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				rm := one(tt.data(shuffled))
				mended, leftOut := sanitize.Metrics(rm)
				var data metricdata.Aggregation
				if all := rm.ScopeMetrics[0].Metrics; len(all) > 0 {
					data = all[0].Data
				}
				if mended != tt.mended || leftOut != tt.leftOut || !tt.check(data) {
					t.Fatalf("%q: %d mended, %d left out: %+v", shuffled, mended, leftOut, data)
				}
			}
		})
	}
}
