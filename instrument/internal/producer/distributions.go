package producer

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
)

// histograms builds one with bounds. Its sums are divided by scale.
func histograms[N int64 | float64](b *builder, r *table.Row, scale N) metricdata.Aggregation {
	h := metricdata.Histogram[N]{
		DataPoints:  make([]metricdata.HistogramDataPoint[N], 0, r.Each*b.OperationCount),
		Temporality: b.histograms,
	}
	r.Distributions(b.Collection, func(s *record.Source, set attribute.Set, d table.Distribution) {
		h.DataPoints = append(h.DataPoints, metricdata.HistogramDataPoint[N]{
			Attributes: set, StartTime: s.TimedSince, Time: b.At,
			Bounds: d.Bounds, BucketCounts: d.Counts, Count: d.Count(), Sum: N(d.Sum) / scale,
			Exemplars: exemplars[N](d.Exemplars),
		})
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}

func exemplars[N int64 | float64](of []record.Exemplar) []metricdata.Exemplar[N] {
	var all []metricdata.Exemplar[N]
	for i := range of {
		if e := &of[i]; !e.At.IsZero() {
			all = append(all, metricdata.Exemplar[N]{
				Time: e.At, Value: N(e.Seconds), SpanID: slices.Clone(e.Span[:]), TraceID: slices.Clone(e.Trace[:]),
			})
		}
	}
	return all
}

func (b *builder) exponentials(r *table.Row) metricdata.Aggregation {
	h := metricdata.ExponentialHistogram[float64]{Temporality: b.histograms}
	r.Distributions(b.Collection, func(s *record.Source, set attribute.Set, d table.Distribution) {
		p := metricdata.ExponentialHistogramDataPoint[float64]{
			Attributes: set, StartTime: s.TimedSince, Time: b.At,
			Count: d.Count(), Sum: float64(d.Sum) / 1e9,
			Scale: record.ExponentialScale, ZeroThreshold: record.ExponentialBound(s.Layout.Zero),
		}
		from, counts := d.Spread.From, d.Spread.Counts
		if from == 0 && len(counts) > 0 {
			p.ZeroCount = counts[0]
			from, counts = 1, counts[1:]
		}
		if len(counts) > 0 {
			p.PositiveBucket = metricdata.ExponentialBucket{Offset: int32(s.Layout.Zero + from), Counts: counts}
		}
		h.DataPoints = append(h.DataPoints, p)
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}

// summary builds the one summary. It has no temporality: it is always cumulative.
func (b *builder) summary(r *table.Row) metricdata.Aggregation {
	var summary metricdata.Summary
	r.Distributions(b.Collection, func(s *record.Source, set attribute.Set, d table.Distribution) {
		p := metricdata.SummaryDataPoint{
			Attributes: set, StartTime: s.Start, Time: b.At, Count: d.Count(), Sum: float64(d.Sum) / 1e9,
		}
		for i, value := range d.Quantiles {
			p.QuantileValues = append(p.QuantileValues, metricdata.QuantileValue{Quantile: record.QuantileShares[i], Value: value})
		}
		summary.DataPoints = append(summary.DataPoints, p)
	})
	if len(summary.DataPoints) == 0 {
		return nil
	}
	return summary
}
