package times

import (
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

var bounds = kvdb.PoolTimeBounds()

// durations counts by bounds. Its zero value has none.
type durations struct {
	counts [len(bounds) + 1]atomic.Int64
	sum    atomic.Int64
}

func (d *durations) add(took time.Duration) {
	took = max(took, 0)
	at := 0
	for at < len(bounds) && took > bounds[at] {
		at++
	}
	d.counts[at].Add(1)
	d.sum.Add(int64(took))
}

func (d *durations) read() (all kvdb.PoolDurations) {
	for i := range d.counts {
		all.Counts[i] = d.counts[i].Load()
	}
	all.Sum = time.Duration(d.sum.Load())
	return all
}
