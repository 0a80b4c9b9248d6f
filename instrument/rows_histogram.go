package instrument

import (
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// Rows of histograms and of the summary.

var (
	measureDuration = measure{
		failure: true, value: seconds,
		has: func(*record, *operationInfo) bool { return true },
	}
	measureLatency = measure{
		value: seconds,
		has:   func(r *record, _ *operationInfo) bool { return r.compat },
	}
	measureRequestSize = measure{
		value: func(_ time.Duration, sent, _ int) float64 { return float64(sent) },
		has:   func(r *record, i *operationInfo) bool { return r.sized && i.sends },
	}
	measureResponseSize = measure{
		value: func(_ time.Duration, _, read int) float64 { return float64(read) },
		has:   func(r *record, i *operationInfo) bool { return r.sized && i.delivers },
	}
)

func seconds(d time.Duration, _, _ int) float64 { return d.Seconds() }

// durations are the histogram of the semantic conventions: one series for what
// did not fail, and one for each failure once it has happened.
func durations(c *collection, yield distributionPoints) {
	durationSeries(c, func(s *source, set attribute.Set, t *tally) {
		d := distribution{bounds: slices.Clone(s.layout.bounds), counts: t.counts, sum: t.nanos, exemplars: t.exemplars}
		if d.counts == nil {
			d.counts = make([]uint64, len(d.bounds)+1)
		}
		yield(s, set, d)
	})
}

// exponentials are the same histogram a second time, with the same series, counts
// and sums.
func exponentials(c *collection, yield distributionPoints) {
	if c.registry.layout.positions == nil {
		return
	}
	durationSeries(c, func(s *source, set attribute.Set, t *tally) {
		yield(s, set, distribution{counts: t.counts, sum: t.nanos, spread: t.spread})
	})
}

// durationSeries calls visit for each series of the histogram of the semantic
// conventions.
func durationSeries(c *collection, visit func(*source, attribute.Set, *tally)) {
	c.operations(func(s *source, op operation, _ *operationInfo) {
		tallies := s.timed.ops[op].tallies
		visit(s, s.set(op, labelNone, 0), succeeded(tallies))
		for f, t := range failedDurations(s, op, tallies) {
			if t.counts != nil {
				visit(s, s.set(op, labelFailure, uint8(f)), t)
			}
		}
	})
}

// succeeded merges the tallies of what did not fail.
func succeeded(tallies []tally) *tally { return everything(tallies[:firstFailureSlot]) }

// failedDurations returns the tallies of the failures of an operation. Only so
// many pairs of operation and failure get a series of their own; later ones go
// to that of _OTHER.
func failedDurations(s *source, op operation, tallies []tally) []*tally {
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

// latencies are the histogram of four buckets, whatever the outcome.
func latencies(c *collection, yield distributionPoints) {
	c.operations(func(s *source, op operation, _ *operationInfo) {
		total := everything(s.timed.ops[op].tallies)
		if total.counts == nil || !s.now.compat {
			return
		}
		d := distribution{bounds: slices.Clone(latencyBounds), counts: make([]uint64, len(latencyBounds)+1), sum: total.nanos}
		for group, n := range total.counts {
			d.counts[s.layout.merge[group]] += n
		}
		yield(s, s.set(op, labelNone, 0), d)
	})
}

// quantiles are the summary. Its quantiles are those of the last minute, its
// count and sum those since Wrap.
func quantiles(c *collection, yield distributionPoints) {
	c.operations(func(s *source, op operation, _ *operationInfo) {
		if total := everything(s.now.ops[op].tallies); total.counts != nil && s.now.compat {
			yield(s, s.set(op, labelNone, 0), distribution{
				counts: total.counts, sum: total.nanos, quantiles: s.now.ops[op].quantiles,
			})
		}
	})
}

func requestSizes(c *collection, yield distributionPoints) {
	c.operations(func(s *source, op operation, info *operationInfo) {
		if o := &s.timed.ops[op]; o.sized && info.sends {
			yield(s, s.set(op, labelNone, 0), distribution{
				bounds: sizeBounds(), counts: slices.Clone(o.sizes.request[:]), sum: o.sent,
			})
		}
	})
}

func responseSizes(c *collection, yield distributionPoints) {
	c.operations(func(s *source, op operation, info *operationInfo) {
		if o := &s.timed.ops[op]; o.sized && info.delivers {
			yield(s, s.set(op, labelNone, 0), distribution{
				bounds: sizeBounds(), counts: slices.Clone(o.sizes.response[:]), sum: o.delivered,
			})
		}
	})
}
