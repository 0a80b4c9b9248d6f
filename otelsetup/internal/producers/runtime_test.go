package producers

import (
	"slices"
	"sync"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The runtime's histogram has five bounds, each of them one that the runtime has
// as well, so that nothing is guessed; or all of them, by option.
func TestBucketsOfTheRuntime(t *testing.T) {
	var work sync.WaitGroup
	for range 10_000 { // the runtime looks at one schedule in a few
		work.Go(func() {})
	}
	work.Wait()
	few := histogramPoint(t, Runtime(false))
	if !slices.Equal(few.Bounds, catalog.GoScheduleDuration.Bounds) {
		t.Errorf("bounds %v, want those of the catalogue", few.Bounds)
	}
	all := histogramPoint(t, Runtime(true))
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
