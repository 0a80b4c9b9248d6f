package record

import (
	"math"
	"time"
)

// Totals of one operation, cumulative since Wrap.
type total struct {
	started, read, written, items uint64

	sizes   totalSizes
	tallies []*Tally // by slot, as far as they have been used; nil where they have not
	window  *window  // nil until the first use, and without compat metrics
}

// totalSizes are of operations with WithSizes, which a store may have been opened
// with at one time and without at another.
type totalSizes struct {
	counts          *sizeCounts // nil until the first use
	sent, delivered uint64      // bytes
}

type sizeCounts struct{ Request, Response [sizeBuckets]uint64 }

// A Tally is what is known of one operation with one outcome.
type Tally struct {
	Counts    []uint64   // by exported bound
	Nanos     uint64     // sum
	Spread    Spread     // empty unless the layout has exponential buckets
	Exemplars []Exemplar // by exported bound; nil until the first one
}

// An Exemplar is one operation with its span.
type Exemplar struct {
	At      time.Time
	Seconds float64
	Trace   [16]byte
	Span    [8]byte
}

// begin counts operations that have begun.
func (t *total) begin(n, sent uint64, sized bool) {
	t.started += n
	t.written = plus(t.written, sent)
	if sized {
		t.sizes.sent = plus(t.sizes.sent, sent)
	}
}

// plus adds to a counter of what callers say, which stays at the most that an
// integer of OpenTelemetry holds rather than fall.
func plus(n, more uint64) uint64 {
	if more > math.MaxInt64-n {
		return math.MaxInt64
	}
	return n + more
}

// plusNanos is plus for what is told as a floating-point number.
func plusNanos(n, more uint64) uint64 {
	if more > math.MaxUint64-n {
		return math.MaxUint64
	}
	return n + more
}

func (t *totalSizes) take(z *sizes) {
	if t.counts == nil {
		t.counts = new(sizeCounts)
	}
	for request := range z {
		for response := range z[request] {
			if z[request][response].Load() != 0 {
				n := uint64(z[request][response].Swap(0))
				t.counts.Request[request] += n
				t.counts.Response[response] += n
			}
		}
	}
}

// add counts n operations of a bucket that took ns together.
func (t *total) add(l *layout, s Slot, bucket int, n, ns uint64, windowed bool) {
	y := t.tally(l, s)
	y.Counts[l.group[bucket]] += n
	y.Nanos = plusNanos(y.Nanos, ns)
	if l.Positions != nil {
		y.Spread.add(l.Positions[bucket], n)
	}
	if windowed {
		if t.window == nil {
			t.window = new(window)
		}
		t.window.add(bucket, n)
	}
}

func (t *total) tally(l *layout, s Slot) *Tally {
	if missing := int(s) + 1 - len(t.tallies); missing > 0 {
		t.tallies = append(t.tallies, make([]*Tally, missing)...)
	}
	if t.tallies[s] == nil {
		t.tallies[s] = &Tally{Counts: make([]uint64, len(l.export)+1)}
	}
	return t.tallies[s]
}

// rotate moves the window on, if there is one.
func (t *total) rotate() {
	if t != nil && t.window != nil {
		t.window.rotate()
	}
}
