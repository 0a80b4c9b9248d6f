package instrument

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
)

// Rows of counters.

func requests(c *collection, yield intPoints) {
	c.operations(func(s *source, op operation, info *operationInfo) {
		var counts [outcomes]uint64
		for i := range s.counted.ops[op].tallies {
			counts[slot(i).outcome()] += s.counted.ops[op].tallies[i].count()
		}
		for o, n := range counts {
			if n > 0 || slices.Contains(info.outcomes, outcome(o)) {
				yield(s, s.set(op, labelOutcome, uint8(o)), int64(n))
			}
		}
	})
}

func failures(c *collection, yield intPoints) {
	c.operations(func(s *source, op operation, info *operationInfo) {
		tallies := s.counted.ops[op].tallies[firstFailureSlot:]
		for f := range tallies {
			if failure(f) == failureConflict {
				continue // an outcome of its own
			}
			if n := tallies[f].count(); n > 0 || slices.Contains(info.failures, failure(f)) {
				yield(s, s.set(op, labelFailure, uint8(f)), int64(n))
			}
		}
	})
}

// sums counts one number of each operation.
func sums(value func(*opSnapshot) uint64) func(*collection, intPoints) {
	return func(c *collection, yield intPoints) {
		c.operations(func(s *source, op operation, _ *operationInfo) {
			yield(s, s.set(op, labelNone, 0), int64(value(&s.counted.ops[op])))
		})
	}
}

func items(c *collection, yield intPoints) {
	c.operations(func(s *source, op operation, info *operationInfo) {
		if info.batch || s.now.ops[op].items > 0 {
			yield(s, s.set(op, labelNone, 0), int64(s.counted.ops[op].items))
		}
	})
}

func inFlight(c *collection, yield intPoints) {
	for i := range c.sources {
		s := &c.sources[i]
		yield(s, s.set(0, labelStore, 0), int64(s.now.inFlight))
	}
}

func suppressed(c *collection, yield intPoints) {
	for i := range c.sources {
		if s := &c.sources[i]; s.now.logged {
			yield(s, s.set(0, labelStore, 0), int64(s.counted.suppressed))
		}
	}
}

func connections(c *collection, yield intPoints) {
	if server := &c.registry.server; server.listens.Load() {
		yield(nil, attribute.Set{}, server.open.Load())
	}
}

// farewellsLost is there once a store has been closed.
func farewellsLost(c *collection, yield intPoints) {
	if c.parted {
		yield(nil, attribute.Set{}, int64(c.lost))
	}
}
