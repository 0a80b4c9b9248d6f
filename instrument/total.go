package instrument

import (
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Totals of one operation, cumulative since Wrap.
type total struct {
	started, read, written, items uint64

	sizes   *totalSizes // nil without WithSizes or use
	tallies []*tally    // by slot; nil until the first use
	window  window
}

type totalSizes struct{ request, response [sizeBuckets]uint64 }

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
	trace   trace.TraceID
	span    trace.SpanID
}

func (t *total) takeSizes(z *sizes) {
	if t.sizes == nil {
		t.sizes = new(totalSizes)
	}
	for request := range z {
		for response := range z[request] {
			if z[request][response].Load() != 0 {
				n := uint64(z[request][response].Swap(0))
				t.sizes.request[request] += n
				t.sizes.response[response] += n
			}
		}
	}
}

// add counts n operations of a bucket that took ns together.
func (t *total) add(l *layout, s slot, bucket int, n, ns uint64) {
	y := t.tally(l, s)
	y.counts[l.group[bucket]] += n
	y.nanos += ns
	if l.positions != nil {
		y.spread.add(l.positions[bucket], n)
	}
	t.window.add(bucket, n)
}

func (t *total) tally(l *layout, s slot) *tally {
	if t.tallies[s] == nil {
		t.tallies[s] = &tally{counts: make([]uint64, len(l.export)+1)}
	}
	return t.tallies[s]
}

// exemplify keeps an operation as the example of its bucket. A reader may hold
// the lock; then the example is not worth the wait.
func (r *record) exemplify(op operation, s slot, d time.Duration, e exemplar) {
	if !r.mu.TryLock() {
		return
	}
	defer r.mu.Unlock()
	y := r.totals[op].tally(r.layout, s)
	if y.exemplars == nil {
		y.exemplars = make([]exemplar, len(y.counts))
	}
	e.seconds = d.Seconds()
	y.exemplars[r.layout.group[r.layout.bucket(uint64(max(d, 0)))]] = e
}
