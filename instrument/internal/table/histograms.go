package table

import (
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// Points of histograms and of the summary.

var (
	measureDuration = Measure{
		Failure: true, Value: seconds,
		Has: func(*record.Record, *record.OperationInfo) bool { return true },
	}
	measureLatency = Measure{
		Value: seconds,
		Has:   func(r *record.Record, _ *record.OperationInfo) bool { return r.Compat },
	}
	measureRequestSize = Measure{
		Value: func(_ time.Duration, sent, _ int) float64 { return float64(sent) },
		Has:   func(r *record.Record, i *record.OperationInfo) bool { return r.Sized && i.Sends },
	}
	measureResponseSize = Measure{
		Value: func(_ time.Duration, _, read int) float64 { return float64(read) },
		Has:   func(r *record.Record, i *record.OperationInfo) bool { return r.Sized && i.Delivers },
	}
)

func seconds(d time.Duration, _, _ int) float64 { return d.Seconds() }

// durations are the histogram of the semantic conventions: one series for what
// did not fail, and one for each failure once it has happened.
func durations(c *record.Collection, yield distributionPoints) {
	durationSeries(c, func(s *record.Source, set attribute.Set, t *record.Tally) {
		d := Distribution{Bounds: slices.Clone(s.Layout.Bounds), Counts: t.Counts, Sum: t.Nanos, Exemplars: t.Exemplars}
		if d.Counts == nil {
			d.Counts = make([]uint64, len(d.Bounds)+1)
		}
		yield(s, set, d)
	})
}

// exponentials are the same histogram a second time, with the same series, counts
// and sums.
func exponentials(c *record.Collection, yield distributionPoints) {
	if c.Registry.Layout.Positions == nil {
		return
	}
	durationSeries(c, func(s *record.Source, set attribute.Set, t *record.Tally) {
		yield(s, set, Distribution{Counts: t.Counts, Sum: t.Nanos, Spread: t.Spread})
	})
}

// durationSeries calls visit for each series of the histogram of the semantic
// conventions.
func durationSeries(c *record.Collection, visit func(*record.Source, attribute.Set, *record.Tally)) {
	c.Operations(func(s *record.Source, op record.Operation, _ *record.OperationInfo) {
		tallies := s.Timed.Ops[op].Tallies
		visit(s, s.Set(op, record.LabelNone, 0), succeeded(tallies))
		for f, t := range failedDurations(s, op, tallies) {
			if t.Counts != nil {
				visit(s, s.Set(op, record.LabelFailure, uint8(f)), t)
			}
		}
	})
}

// succeeded merges the tallies of what did not fail.
func succeeded(tallies []record.Tally) *record.Tally {
	return record.Everything(tallies[:record.FirstFailureSlot])
}

// failedDurations returns the tallies of the failures of an operation. Only so
// many pairs of operation and failure get a series of their own; later ones go
// to that of _OTHER.
func failedDurations(s *record.Source, op record.Operation, tallies []record.Tally) []*record.Tally {
	failed := make([]*record.Tally, len(tallies)-int(record.FirstFailureSlot))
	for f := range failed {
		failed[f] = new(record.Tally)
	}
	for f := range failed {
		to := f
		if t := &tallies[record.FailureSlot(record.Failure(f))]; t.Counts != nil {
			if !s.Admitted.Admit(op, record.Failure(f)) {
				to = int(record.FailureOther)
			}
			failed[to].Add(t)
		}
	}
	return failed
}

// latencies are the histogram of four buckets, whatever the outcome.
func latencies(c *record.Collection, yield distributionPoints) {
	c.Operations(func(s *record.Source, op record.Operation, _ *record.OperationInfo) {
		total := record.Everything(s.Timed.Ops[op].Tallies)
		if total.Counts == nil || !s.Now.Compat {
			return
		}
		d := Distribution{Bounds: slices.Clone(record.LatencyBounds), Counts: make([]uint64, len(record.LatencyBounds)+1), Sum: total.Nanos}
		for group, n := range total.Counts {
			d.Counts[s.Layout.Merge[group]] += n
		}
		yield(s, s.Set(op, record.LabelNone, 0), d)
	})
}

// quantiles are the summary. Its quantiles are those of the last minute, its
// count and sum those since Wrap.
func quantiles(c *record.Collection, yield distributionPoints) {
	c.Operations(func(s *record.Source, op record.Operation, _ *record.OperationInfo) {
		if total := record.Everything(s.Now.Ops[op].Tallies); total.Counts != nil && s.Now.Compat {
			yield(s, s.Set(op, record.LabelNone, 0), Distribution{
				Counts: total.Counts, Sum: total.Nanos, Quantiles: s.Now.Ops[op].Quantiles,
			})
		}
	})
}

func requestSizes(c *record.Collection, yield distributionPoints) {
	c.Operations(func(s *record.Source, op record.Operation, info *record.OperationInfo) {
		if o := &s.Timed.Ops[op]; o.Sized && info.Sends {
			yield(s, s.Set(op, record.LabelNone, 0), Distribution{
				Bounds: record.SizeBounds(), Counts: slices.Clone(o.Sizes.Request[:]), Sum: o.Sent,
			})
		}
	})
}

func responseSizes(c *record.Collection, yield distributionPoints) {
	c.Operations(func(s *record.Source, op record.Operation, info *record.OperationInfo) {
		if o := &s.Timed.Ops[op]; o.Sized && info.Delivers {
			yield(s, s.Set(op, record.LabelNone, 0), Distribution{
				Bounds: record.SizeBounds(), Counts: slices.Clone(o.Sizes.Response[:]), Sum: o.Delivered,
			})
		}
	})
}
