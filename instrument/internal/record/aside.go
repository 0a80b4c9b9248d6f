package record

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/otelkv/otelkv/internal/replica"
)

// An aside is what is known of a store besides its operations.
type aside struct {
	Suppressed atomic.Uint64           // lines
	Stats      atomic.Pointer[Reading] // the engine's own; nil for ever where it has none
	Miscounted sync.Once               // the engine's values were no more or less than declared
	pool       atomic.Pointer[Reading] // of connections, likewise
	lag        atomic.Pointer[lagReading]
	replicas   replica.Roster // of the one that reads the lag
}

// KeepStats keeps what the engine says of itself, and reports whether these are the
// values that were declared: others are of no use, and the last ones stay.
func (a *aside) KeepStats(values []float64) bool {
	before := a.Stats.Load()
	if len(values) != len(before.Infos) {
		return false
	}
	values = slices.Clone(values)
	for i, v := range values {
		if math.IsInf(v, 0) {
			values[i] = math.NaN()
		}
	}
	a.Stats.Store(before.next(values))
	return true
}

// Recall puts what was known last in place of counters that the last readings did not know: an engine that does
// not answer at the end has counted what it has counted.
func (a *aside) Recall() {
	for _, reading := range []*atomic.Pointer[Reading]{&a.Stats, &a.pool} {
		if r := reading.Load(); r != nil {
			reading.CompareAndSwap(r, r.recall())
		}
	}
}
