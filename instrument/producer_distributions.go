package instrument

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// histograms builds one with bounds. Its sums are divided by scale.
func histograms[N int64 | float64](b *builder, r *row, scale N) metricdata.Aggregation {
	h := metricdata.Histogram[N]{
		DataPoints:  make([]metricdata.HistogramDataPoint[N], 0, r.each*b.operationCount),
		Temporality: b.histograms,
	}
	r.distributions(b.collection, func(s *source, set attribute.Set, d distribution) {
		h.DataPoints = append(h.DataPoints, metricdata.HistogramDataPoint[N]{
			Attributes: set, StartTime: s.timedSince, Time: b.at,
			Bounds: d.bounds, BucketCounts: d.counts, Count: d.count(), Sum: N(d.sum) / scale,
			Exemplars: exemplars[N](d.exemplars),
		})
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}

func exemplars[N int64 | float64](of []exemplar) []metricdata.Exemplar[N] {
	var all []metricdata.Exemplar[N]
	for i := range of {
		if e := &of[i]; !e.at.IsZero() {
			all = append(all, metricdata.Exemplar[N]{
				Time: e.at, Value: N(e.seconds), SpanID: slices.Clone(e.span[:]), TraceID: slices.Clone(e.trace[:]),
			})
		}
	}
	return all
}

func (b *builder) exponentials(r *row) metricdata.Aggregation {
	h := metricdata.ExponentialHistogram[float64]{Temporality: b.histograms}
	r.distributions(b.collection, func(s *source, set attribute.Set, d distribution) {
		p := metricdata.ExponentialHistogramDataPoint[float64]{
			Attributes: set, StartTime: s.timedSince, Time: b.at,
			Count: d.count(), Sum: float64(d.sum) / 1e9,
			Scale: exponentialScale, ZeroThreshold: exponentialBound(s.layout.zero),
		}
		from, counts := d.spread.from, d.spread.counts
		if from == 0 && len(counts) > 0 {
			p.ZeroCount = counts[0]
			from, counts = 1, counts[1:]
		}
		if len(counts) > 0 {
			p.PositiveBucket = metricdata.ExponentialBucket{Offset: int32(s.layout.zero + from), Counts: counts}
		}
		h.DataPoints = append(h.DataPoints, p)
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}

// summary builds the one summary. It has no temporality: it is always cumulative.
func (b *builder) summary(r *row) metricdata.Aggregation {
	var summary metricdata.Summary
	r.distributions(b.collection, func(s *source, set attribute.Set, d distribution) {
		p := metricdata.SummaryDataPoint{
			Attributes: set, StartTime: s.start, Time: b.at, Count: d.count(), Sum: float64(d.sum) / 1e9,
		}
		for i, value := range d.quantiles {
			p.QuantileValues = append(p.QuantileValues, metricdata.QuantileValue{Quantile: quantileShares[i], Value: value})
		}
		summary.DataPoints = append(summary.DataPoints, p)
	})
	if len(summary.DataPoints) == 0 {
		return nil
	}
	return summary
}
