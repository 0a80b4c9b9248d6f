package kvpebble

import (
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// stalls counts the stalls that writes through the store met, for a handle
// without a listener. Pebble lets one write at a time wait for room, and the
// others for that one, so a stall counts once.
type stalls struct {
	n    atomic.Int64
	took atomic.Int64 // nanoseconds
}

// add counts what a batch tells once it is committed.
func (s *stalls) add(b *pebble.Batch) {
	stats := b.CommitStats()
	if waited := stats.MemTableWriteStallDuration + stats.L0ReadAmpWriteStallDuration; waited > 0 {
		s.n.Add(1)
		s.took.Add(int64(waited))
	}
}

func (s *stalls) time() time.Duration { return time.Duration(s.took.Load()) }
