package record

import (
	"math"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Quantiles speak of the last minute: the interval that is being filled and
// the five before it. The registry rotates them by the clock, never a scrape.
const windowIntervals = 6

// QuantileShares are those of the summary.
var QuantileShares = catalog.RequestLatencyQuantiles.Quantiles

// A window holds the recent durations of one operation.
type window struct {
	current *[maxBuckets]uint32           // nil until the first use
	past    [windowIntervals - 1]interval // the newest first
}

// An interval is a finished part of the window, cut to the buckets in use.
type interval struct {
	from   int
	counts []uint32
}

// add counts n durations. A counter that is full, after billions in one
// interval, stays so.
func (w *window) add(bucket int, n uint64) {
	if w.current == nil {
		w.current = new([maxBuckets]uint32)
	}
	w.current[bucket] = uint32(min(uint64(w.current[bucket])+n, math.MaxUint32))
}

// rotate finishes the current interval and forgets the oldest.
func (w *window) rotate() {
	copy(w.past[1:], w.past[:])
	w.past[0] = interval{}
	if w.current == nil {
		return
	}
	from, to := maxBuckets, 0
	for i, n := range w.current {
		if n > 0 {
			from, to = min(from, i), i+1
		}
	}
	if to == 0 {
		return
	}
	w.past[0] = interval{from: from, counts: append([]uint32(nil), w.current[from:to]...)}
	*w.current = [maxBuckets]uint32{}
}

// quantiles returns the durations in seconds below which the given shares of
// the window's operations lie, NaN when there were none. The shares ascend.
func (w *window) quantiles(l *layout, shares []float64) []float64 {
	var sum [maxBuckets]uint64
	var total uint64
	if w == nil {
		w = new(window)
	}
	if w.current != nil {
		for i, n := range w.current {
			sum[i] += uint64(n)
			total += uint64(n)
		}
	}
	for _, p := range w.past {
		for i, n := range p.counts {
			sum[p.from+i] += uint64(n)
			total += uint64(n)
		}
	}
	values := make([]float64, len(shares))
	bucket, below := 0, sum[0]
	for i, share := range shares {
		if total == 0 {
			values[i] = math.NaN()
			continue
		}
		rank := max(uint64(math.Ceil(share*float64(total))), 1)
		for below < rank {
			bucket++
			below += sum[bucket]
		}
		values[i] = l.middle(bucket)
	}
	return values
}

// PollInterval is how often the windows of the quantiles move on and the
// engines' own statistics are read.
const PollInterval = 10 * time.Second
