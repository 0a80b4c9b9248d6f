package instrument

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// durations builds the histogram of the semantic conventions: one series for
// what did not fail, and one for each failure once it has happened.
func (c *collection) durations() metricdata.Aggregation {
	h := metricdata.Histogram[float64]{
		DataPoints:  make([]metricdata.HistogramDataPoint[float64], 0, c.operationCount),
		Temporality: c.histograms,
	}
	c.durationSeries(func(s *source, set attribute.Set, t *tally) {
		h.DataPoints = append(h.DataPoints, s.duration(set, t))
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}

// durationSeries calls visit for each series of the histogram of the semantic
// conventions.
func (c *collection) durationSeries(visit func(*source, attribute.Set, *tally)) {
	c.operations(func(s *source, op operation, _ *operationInfo) {
		tallies := s.timed.ops[op].tallies
		visit(s, s.set(op, labelNone, 0), succeeded(tallies))
		for f, t := range s.failedDurations(op, tallies) {
			if t.counts != nil {
				visit(s, s.set(op, labelFailure, uint8(f)), t)
			}
		}
	})
}

// succeeded merges the tallies of what did not fail.
func succeeded(tallies []tally) *tally {
	var t tally
	for i := range firstFailureSlot {
		t.add(&tallies[i])
	}
	return &t
}

// failedDurations returns the tallies of the failures of an operation. Only so
// many pairs of operation and failure get a series of their own; later ones go
// to that of _OTHER.
func (s *source) failedDurations(op operation, tallies []tally) []*tally {
	failed := make([]*tally, len(tallies)-int(firstFailureSlot))
	for f := range failed {
		failed[f] = new(tally)
	}
	for f := range failed {
		to := f
		if t := &tallies[failureSlot(failure(f))]; t.counts != nil {
			if !s.admitted.admit(op, failure(f)) {
				to = int(failureOther)
			}
			failed[to].add(t)
		}
	}
	return failed
}

func (s *source) duration(set attribute.Set, t *tally) metricdata.HistogramDataPoint[float64] {
	p := metricdata.HistogramDataPoint[float64]{
		Attributes: set, StartTime: s.timedSince, Time: s.at,
		Bounds: slices.Clone(s.layout.bounds), BucketCounts: t.counts,
		Count: t.count(), Sum: float64(t.nanos) / 1e9,
	}
	if p.BucketCounts == nil {
		p.BucketCounts = make([]uint64, len(p.Bounds)+1)
	}
	for i := range t.exemplars {
		if e := &t.exemplars[i]; !e.at.IsZero() {
			p.Exemplars = append(p.Exemplars, metricdata.Exemplar[float64]{
				Time: e.at, Value: e.seconds, SpanID: slices.Clone(e.span[:]), TraceID: slices.Clone(e.trace[:]),
			})
		}
	}
	return p
}

// latencies builds the histogram of four buckets, whatever the outcome.
func (c *collection) latencies() metricdata.Aggregation {
	h := metricdata.Histogram[float64]{
		DataPoints:  make([]metricdata.HistogramDataPoint[float64], 0, c.operationCount),
		Temporality: c.histograms,
	}
	c.operations(func(s *source, op operation, _ *operationInfo) {
		total := everything(s.timed.ops[op].tallies)
		if total.counts == nil || !s.now.compat {
			return
		}
		p := metricdata.HistogramDataPoint[float64]{
			Attributes: s.set(op, labelNone, 0), StartTime: s.timedSince, Time: s.at,
			Bounds: slices.Clone(latencyBounds), BucketCounts: make([]uint64, len(latencyBounds)+1),
			Count: total.count(), Sum: float64(total.nanos) / 1e9,
		}
		for group, n := range total.counts {
			p.BucketCounts[s.layout.merge[group]] += n
		}
		h.DataPoints = append(h.DataPoints, p)
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}

func everything(tallies []tally) *tally {
	var t tally
	for i := range tallies {
		t.add(&tallies[i])
	}
	return &t
}

// quantiles builds the summary. Its quantiles are those of the last minute, its
// count and sum those since Wrap.
func (c *collection) quantiles() metricdata.Aggregation {
	var summary metricdata.Summary
	c.operations(func(s *source, op operation, _ *operationInfo) {
		total := everything(s.now.ops[op].tallies)
		if total.counts == nil || !s.now.compat {
			return
		}
		p := metricdata.SummaryDataPoint{
			Attributes: s.set(op, labelNone, 0), StartTime: s.start, Time: s.at,
			Count: total.count(), Sum: float64(total.nanos) / 1e9,
		}
		for i, value := range s.now.ops[op].quantiles {
			p.QuantileValues = append(p.QuantileValues, metricdata.QuantileValue{Quantile: quantileShares[i], Value: value})
		}
		summary.DataPoints = append(summary.DataPoints, p)
	})
	if len(summary.DataPoints) == 0 {
		return nil
	}
	return summary
}

func (c *collection) requestSizes() metricdata.Aggregation {
	return c.sizes(func(s *opSnapshot, info *operationInfo) (*[sizeBuckets]uint64, uint64, bool) {
		return &s.sizes.request, s.sent, info.sends
	})
}

func (c *collection) responseSizes() metricdata.Aggregation {
	return c.sizes(func(s *opSnapshot, info *operationInfo) (*[sizeBuckets]uint64, uint64, bool) {
		return &s.sizes.response, s.delivered, info.delivers
	})
}

func (c *collection) sizes(
	of func(*opSnapshot, *operationInfo) (counts *[sizeBuckets]uint64, sum uint64, ok bool),
) metricdata.Aggregation {
	h := metricdata.Histogram[int64]{Temporality: c.histograms}
	c.operations(func(s *source, op operation, info *operationInfo) {
		counts, sum, ok := of(&s.timed.ops[op], info)
		if !ok || !s.timed.ops[op].sized {
			return
		}
		p := metricdata.HistogramDataPoint[int64]{
			Attributes: s.set(op, labelNone, 0), StartTime: s.timedSince, Time: s.at,
			Bounds: sizeBounds(), BucketCounts: slices.Clone(counts[:]), Sum: int64(sum),
		}
		for _, n := range counts {
			p.Count += n
		}
		h.DataPoints = append(h.DataPoints, p)
	})
	if len(h.DataPoints) == 0 {
		return nil
	}
	return h
}
