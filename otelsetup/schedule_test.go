package otelsetup

import (
	"slices"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/contrib/instrumentation/runtime"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The runtime's histogram has five bounds, each of them one that the runtime has
// as well, so that nothing is guessed; or all of them, by option.
func TestBucketsOfTheRuntime(t *testing.T) {
	few := histogramPoint(t, fewBuckets{runtime.NewProducer()})
	if !slices.Equal(few.Bounds, catalog.GoScheduleDuration.Bounds) {
		t.Errorf("bounds %v, want those of the catalogue", few.Bounds)
	}
	all := histogramPoint(t, newRuntimeProducer(newConfig([]Option{WithRuntimeBuckets()})))
	if len(all.Bounds) < 100 {
		t.Errorf("%d bounds with all of the runtime's", len(all.Bounds))
	}
	for _, bound := range few.Bounds {
		near := func(edge float64) bool { return edge > bound*(1-1e-9) && edge < bound*(1+1e-9) }
		if !slices.ContainsFunc(all.Bounds, near) {
			t.Errorf("this Go has no bound at %v: take the next ones for the catalogue", bound)
		}
	}
	before := all.BucketCounts
	sums := func(p metricdata.HistogramDataPoint[float64], bound float64) (n uint64) {
		for i, count := range p.BucketCounts {
			if i < len(p.Bounds) && p.Bounds[i] < bound*(1+1e-9) {
				n += count
			}
		}
		return n
	}
	merged := all
	merge(&merged, catalog.GoScheduleDuration.Bounds)
	if merged.Count != all.Count || merged.Sum != all.Sum || !slices.Equal(before, all.BucketCounts) {
		t.Error("count or sum or the original changed")
	}
	for _, bound := range merged.Bounds {
		if got, want := sums(merged, bound), sums(all, bound); got != want || all.Count == 0 {
			t.Errorf("%d of %d within %v, want %d", got, all.Count, bound, want)
		}
	}
}

// A bucket across a bound counts as above it: an objective that is held is held.
func TestMergeAcrossABound(t *testing.T) {
	p := metricdata.HistogramDataPoint[float64]{Bounds: []float64{0.9, 1.1, 5}, BucketCounts: []uint64{1, 2, 4, 8}}
	merge(&p, []float64{1, 5})
	if !slices.Equal(p.BucketCounts, []uint64{1, 6, 8}) {
		t.Errorf("counts %v", p.BucketCounts)
	}
}

func histogramPoint(t *testing.T, p sdkmetric.Producer) metricdata.HistogramDataPoint[float64] {
	t.Helper()
	scopes, err := p.Produce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return scopes[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints[0]
}

// Every way out has the five bounds, or all.
func TestRuntimeBucketsOnEveryWay(t *testing.T) {
	for name, tt := range map[string]struct {
		options []Option
		few     bool
	}{"default": {nil, true}, "all": {[]Option{WithRuntimeBuckets()}, false}} {
		t.Run(name, func(t *testing.T) {
			var producer sdkmetric.Producer
			tel := start(t, append(tt.options, WithReader(nil, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
				producer = p
				return sdkmetric.NewManualReader(sdkmetric.WithProducer(p)), nil
			}))...)
			want := func(n int) bool { return n == len(catalog.GoScheduleDuration.Bounds) }
			buckets := scrape(t, tel.MetricsHandler())["go_schedule_duration_seconds"].GetMetric()[0].GetHistogram().GetBucket()
			finite := slices.DeleteFunc(buckets, func(b *dto.Bucket) bool { return b.GetUpperBound() > 1e9 })
			if want(len(finite)) != tt.few {
				t.Errorf("%d buckets on the page", len(finite))
			}
			scopes, err := producer.Produce(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, scope := range scopes {
				for _, m := range scope.Metrics {
					if m.Name != catalog.GoScheduleDuration.Name {
						continue
					}
					if n := len(m.Data.(metricdata.Histogram[float64]).DataPoints[0].Bounds); want(n) != tt.few {
						t.Errorf("%d bounds for a reader", n)
					}
				}
			}
		})
	}
}
