package instrument

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// exponentials builds the histogram of the semantic conventions a second time,
// with the same series, counts and sums.
func (c *collection) exponentials() metricdata.Aggregation {
	if c.registry.layout.positions == nil {
		return nil
	}
	h := metricdata.ExponentialHistogram[float64]{Temporality: c.histograms}
	c.durationSeries(func(s *source, set attribute.Set, t *tally) {
		h.DataPoints = append(h.DataPoints, s.exponential(set, t))
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}

func (s *source) exponential(set attribute.Set, t *tally) metricdata.ExponentialHistogramDataPoint[float64] {
	p := metricdata.ExponentialHistogramDataPoint[float64]{
		Attributes: set, StartTime: s.timedSince, Time: s.at,
		Count: t.count(), Sum: float64(t.nanos) / 1e9,
		Scale: exponentialScale, ZeroThreshold: exponentialBound(s.layout.zero),
	}
	from, counts := t.spread.from, t.spread.counts
	if from == 0 && len(counts) > 0 {
		p.ZeroCount = counts[0]
		from, counts = 1, counts[1:]
	}
	if len(counts) > 0 {
		p.PositiveBucket = metricdata.ExponentialBucket{Offset: int32(s.layout.zero + from), Counts: counts}
	}
	return p
}
