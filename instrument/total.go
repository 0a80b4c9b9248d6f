package instrument

import (
	"math"
	"time"
)

// Totals of one operation, cumulative since Wrap.
type total struct {
	started, read, written, items uint64

	sizes   totalSizes
	tallies []*tally // by slot, as far as they have been used; nil where they have not
	window  *window  // nil until the first use, and without compat metrics
}

// totalSizes are of operations with WithSizes, which a store may have been opened
// with at one time and without at another.
type totalSizes struct {
	counts          *sizeCounts // nil until the first use
	sent, delivered uint64      // bytes
}

type sizeCounts struct{ request, response [sizeBuckets]uint64 }

// A tally is what is known of one operation with one outcome.
type tally struct {
	counts    []uint64   // by exported bound
	nanos     uint64     // sum
	spread    spread     // empty unless the layout has exponential buckets
	exemplars []exemplar // by exported bound; nil until the first one
}

// An exemplar is one operation with its span.
type exemplar struct {
	at      time.Time
	seconds float64
	trace   [16]byte
	span    [8]byte
}

// total returns the totals of an operation. The caller holds the ledger's lock.
func (r *record) total(op operation) *total {
	at := &r.ledger.totals[r.places[op]]
	if *at == nil {
		*at = new(total)
	}
	return *at
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
				t.counts.request[request] += n
				t.counts.response[response] += n
			}
		}
	}
}

// add counts n operations of a bucket that took ns together.
func (t *total) add(l *layout, s slot, bucket int, n, ns uint64, windowed bool) {
	y := t.tally(l, s)
	y.counts[l.group[bucket]] += n
	y.nanos = plusNanos(y.nanos, ns)
	if l.positions != nil {
		y.spread.add(l.positions[bucket], n)
	}
	if windowed {
		if t.window == nil {
			t.window = new(window)
		}
		t.window.add(bucket, n)
	}
}

func (t *total) tally(l *layout, s slot) *tally {
	if missing := int(s) + 1 - len(t.tallies); missing > 0 {
		t.tallies = append(t.tallies, make([]*tally, missing)...)
	}
	if t.tallies[s] == nil {
		t.tallies[s] = &tally{counts: make([]uint64, len(l.export)+1)}
	}
	return t.tallies[s]
}

// exemplify keeps an operation as the example of its bucket. A reader may hold
// the lock; then the example is not worth the wait.
func (r *record) exemplify(op operation, s slot, d time.Duration, e exemplar) {
	if !r.ledger.mu.TryLock() {
		return
	}
	defer r.ledger.mu.Unlock()
	y := r.total(op).tally(r.layout, r.slots[s])
	if y.exemplars == nil {
		y.exemplars = make([]exemplar, len(y.counts))
	}
	e.seconds = d.Seconds()
	y.exemplars[r.layout.group[r.layout.bucket(uint64(max(d, 0)))]] = e
}
