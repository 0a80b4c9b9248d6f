package record

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

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
	infos := a.Stats.Load().Infos
	if len(values) != len(infos) {
		return false
	}
	values = slices.Clone(values)
	for i, v := range values {
		if math.IsInf(v, 0) {
			values[i] = math.NaN()
		}
	}
	a.Stats.Store(&Reading{At: time.Now(), Infos: infos, Values: values})
	return true
}
