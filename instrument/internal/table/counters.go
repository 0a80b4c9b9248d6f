package table

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// Points of counters. Which metrics there are stands in Rows.

func requests(c *record.Collection, yield intPoints) {
	c.Operations(func(s *record.Source, op record.Operation, info *record.OperationInfo) {
		var counts [record.Outcomes]uint64
		for i := range s.Counted.Ops[op].Tallies {
			counts[record.Slot(i).Outcome()] += s.Counted.Ops[op].Tallies[i].Count()
		}
		for o, n := range counts {
			if n > 0 || slices.Contains(info.Outcomes, record.Outcome(o)) {
				yield(s, s.Set(op, record.LabelOutcome, uint8(o)), int64(n))
			}
		}
	})
}

func failures(c *record.Collection, yield intPoints) {
	c.Operations(func(s *record.Source, op record.Operation, info *record.OperationInfo) {
		tallies := s.Counted.Ops[op].Tallies[record.FirstFailureSlot:]
		for f := range tallies {
			if record.Failure(f) == record.FailureConflict {
				continue // an outcome of its own
			}
			if n := tallies[f].Count(); n > 0 || slices.Contains(info.Failures, record.Failure(f)) {
				yield(s, s.Set(op, record.LabelFailure, uint8(f)), int64(n))
			}
		}
	})
}

// sums counts one number of each operation.
func sums(value func(*record.OperationSnapshot) uint64) func(*record.Collection, intPoints) {
	return func(c *record.Collection, yield intPoints) {
		c.Operations(func(s *record.Source, op record.Operation, _ *record.OperationInfo) {
			yield(s, s.Set(op, record.LabelNone, 0), int64(value(&s.Counted.Ops[op])))
		})
	}
}

func items(c *record.Collection, yield intPoints) {
	c.Operations(func(s *record.Source, op record.Operation, info *record.OperationInfo) {
		if info.Batch || s.Now.Ops[op].Items > 0 {
			yield(s, s.Set(op, record.LabelNone, 0), int64(s.Counted.Ops[op].Items))
		}
	})
}

func inFlight(c *record.Collection, yield intPoints) {
	for i := range c.Sources {
		s := &c.Sources[i]
		yield(s, s.Set(0, record.LabelStore, 0), int64(s.Now.InFlight))
	}
}

func suppressed(c *record.Collection, yield intPoints) {
	for i := range c.Sources {
		if s := &c.Sources[i]; s.Now.Logged {
			yield(s, s.Set(0, record.LabelStore, 0), int64(s.Counted.Suppressed))
		}
	}
}

func connections(c *record.Collection, yield intPoints) {
	if all := &c.Registry.Connections; all.Listens.Load() {
		yield(nil, attribute.Set{}, all.Open.Load())
	}
}

// clockFallbacks is there once the processor's counter was given up.
func clockFallbacks(c *record.Collection, yield intPoints) {
	if c.ClockFell {
		yield(nil, attribute.Set{}, int64(c.ClockFalls))
	}
}

// farewellsLost is there once a store has been closed.
func farewellsLost(c *record.Collection, yield intPoints) {
	if c.Parted {
		yield(nil, attribute.Set{}, int64(c.Lost))
	}
}
