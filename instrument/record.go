package instrument

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// A record holds what is known of one store: counts in stripes, where
// operations leave them, and totals, where readers collect them.
type record struct {
	layout *layout
	infos  []operationInfo
	series *series
	sized  bool      // with WithSizes
	compat bool      // without WithoutCompatMetrics
	start  time.Time // of all its series

	stripes [][]stripe // by operation; their number is a power of two

	mu     sync.Mutex // guards the totals
	totals []total    // by operation

	logged     bool          // with a logger
	suppressed atomic.Uint64 // lines

	admitted *admission
	stats    atomic.Pointer[statsReading] // the engine's own; nil for ever where it has none
	lag      atomic.Pointer[lagReading]
	closedAt atomic.Pointer[time.Time]
}

const (
	defaultStripes = 16
	maxStripes     = 64
)

// newRecord makes a record. Every processor has a stripe to itself up to
// maxStripes; there are never fewer than defaultStripes, so that goroutines
// seldom share one.
func newRecord(l *layout, infos []operationInfo, s *series, c *config) *record {
	r := &record{
		layout: l, infos: infos, series: s, sized: c.sizes, compat: !c.noCompat, start: time.Now(),
		admitted: newAdmission(infos, len(s.failures), len(l.bounds), c),
		stripes:  make([][]stripe, len(infos)),
		totals:   make([]total, len(infos)),
	}
	stripes := defaultStripes
	for stripes < runtime.GOMAXPROCS(0) && stripes < maxStripes {
		stripes *= 2
	}
	for op, info := range infos {
		n := stripes
		switch {
		case info.absent:
			n = 1
		case info.stripes > 0:
			n = info.stripes
		}
		r.stripes[op] = make([]stripe, n)
		r.totals[op].tallies = make([]*tally, int(firstFailureSlot)+len(s.failures))
	}
	return r
}

// stripe picks the stripe of the calling goroutine. The address of a variable
// on its stack tells goroutines apart at the cost of a multiplication, and
// stays the same while the goroutine repeats a call, which keeps the stripe in
// its processor's cache.
func (r *record) stripe(op operation) *stripe {
	var here byte
	hash := uint64(uintptr(unsafe.Pointer(&here))>>10) * 0x9e3779b97f4a7c15 >> 40 //nolint:gosec // the address is only hashed
	stripes := r.stripes[op]
	return &stripes[int(hash)&(len(stripes)-1)]
}

// begin counts an operation as started, and the bytes that it sends as far as
// they are known by then.
func (r *record) begin(st *stripe, op operation, sent int) {
	if w := st.begun.Add(1<<begunShift | uint64(sent)&packedSentMask); w&begunFullBits|uint64(sent)&^packedSentMask != 0 {
		r.beginSlow(st, op, sent)
	}
}

// beginSlow empties a word of beginnings, and counts what did not fit into it.
func (r *record) beginSlow(st *stripe, op operation, sent int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.totals[op].begin(st.begun.Swap(0))
	r.totals[op].written += uint64(sent) &^ packedSentMask
}

// send counts bytes that an operation turned out to send.
func (r *record) send(st *stripe, op operation, sent int) {
	if w := st.begun.Add(uint64(sent) & packedSentMask); w&begunFullBits|uint64(sent)&^packedSentMask != 0 {
		r.beginSlow(st, op, sent)
	}
}

// end counts an operation as ended.
func (r *record) end(st *stripe, op operation, s slot, d time.Duration, sent, read int) {
	ns := uint64(max(d, 0))
	bucket := r.layout.bucket(ns)
	if r.sized {
		st.size(sent, read).Add(1)
	}
	if s >= hotSlots || bucket >= r.layout.narrow || uint(read) > maxPackedRead {
		r.endSlow(op, s, bucket, ns, read)
		return
	}
	at := &st.pages[s][bucket>>pageBits]
	page := at.Load()
	if page == nil {
		page = addPage(at)
	}
	w := page[bucket&pageMask].Add(1<<countShift | uint64(read)<<readShift | (ns - r.layout.lower[bucket]))
	if w&fullBits != 0 {
		r.mu.Lock()
		r.totals[op].take(r.layout, s, bucket, page[bucket&pageMask].Swap(0))
		r.mu.Unlock()
	}
}

// endSlow counts an operation in the totals: one that failed, took long or
// moved much, and so has other costs than this lock.
func (r *record) endSlow(op operation, s slot, bucket int, ns uint64, read int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &r.totals[op]
	t.add(r.layout, s, bucket, 1, ns)
	t.read += uint64(read)
}

// drain moves all counts from the stripes to the totals. What ended before it
// was called is in the totals afterwards, and an operation that ended is never
// there without having begun. The caller holds mu.
func (r *record) drain() {
	for op := range r.stripes {
		t := &r.totals[op]
		for i := range r.stripes[op] {
			st := &r.stripes[op][i]
			for s := range st.pages {
				for p := range st.pages[s] {
					if page := st.pages[s][p].Load(); page != nil {
						t.takePage(r.layout, slot(s), p<<pageBits, page)
					}
				}
			}
			if z := st.sizes.Load(); z != nil {
				t.takeSizes(z)
			}
			t.items += st.items.Swap(0)
			t.begin(st.begun.Swap(0))
		}
	}
}
