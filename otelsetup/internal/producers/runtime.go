package producers

import (
	"context"
	"sort"

	"go.opentelemetry.io/contrib/instrumentation/runtime"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Runtime returns the producer of the Go runtime's histogram, with all of the
// runtime's buckets or those of the catalogue.
func Runtime(allBuckets bool) sdkmetric.Producer {
	if allBuckets {
		return runtime.NewProducer()
	}
	return fewBuckets{runtime.NewProducer()}
}

// fewBuckets has the runtime's histogram in the buckets of the catalogue: no View
// reaches a producer, and all of the runtime's were one series in four of a server
// with a store.
type fewBuckets struct{ sdkmetric.Producer }

func (p fewBuckets) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	scopes, err := p.Producer.Produce(ctx)
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			h, ok := m.Data.(metricdata.Histogram[float64])
			if !ok || m.Name != catalog.GoScheduleDuration.Name {
				continue
			}
			for i := range h.DataPoints { // a producer's slices are its reader's
				merge(&h.DataPoints[i], catalog.GoScheduleDuration.Bounds)
			}
		}
	}
	return scopes, err
}

// merge gives a point other bounds. It is exact for bounds that the point has; what
// is in a bucket across one counts as above it.
func merge(p *metricdata.HistogramDataPoint[float64], bounds []float64) {
	counts := make([]uint64, len(bounds)+1)
	for i, n := range p.BucketCounts {
		to := len(bounds)
		if i < len(p.Bounds) {
			const grain = 1e-10 // a bound of 64 ns is 6.399999999999999e-08 in the runtime
			to = sort.SearchFloat64s(bounds, p.Bounds[i]-grain)
		}
		counts[to] += n
	}
	p.Bounds, p.BucketCounts = bounds, counts
}
