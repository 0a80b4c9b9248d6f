package record

import (
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/otelkv/otelkv/kvdb"
)

// A Record counts the operations of one store from Wrap to Close, in stripes,
// where operations leave their counts and its ledger takes them.
type Record struct {
	layout *layout
	Infos  []OperationInfo
	Series *Series
	most   MostSeries
	Options
	*aside

	stripes [][]Stripe // by operation; their number is a power of two
	closed  atomic.Bool

	// Of a Recorder of many operations.
	late                    []lateOperation // the operations behind those that have stripes
	other                   Operation       // as which one counts for whose series there is no room
	fewStripes, busyStripes int             // of an operation, at first and when it is busy
	spareStripes            atomic.Int64    // for busy ones

	Ledger *Ledger
	places []Operation // the ledger's, by operation
	Slots  []Slot      // the ledger's, by slot
	sums   Endings     // since Wrap; guarded by the ledger

	// Of the watch; guarded by the ledger.
	spares   map[Operation][]*Stripe // that stand in where too many are watched
	spared   int
	suspects []*Stripe          // since the last judgement
	marked   bool               // some stripes are
	calm     bool               // nothing is in flight in this round
	hung     map[Operation]bool // that have been told of
}

// Options are what a record is to count.
type Options struct {
	Sized    bool            // sizes
	Compat   bool            // what the compat metrics need
	Logged   bool            // lines
	Declared []kvdb.StatInfo // by the engine; nil where it has no statistics
	Pooled   bool            // there is a pool of connections
	Refused  func(Operation) // told once of each operation that there is no room for

	// Hung is told of an operation that is in flight for longer than its limit, once
	// until all that are have ended. It must not block.
	Hung      func(Operation, time.Duration)
	HungAfter []time.Duration // by operation

	// ClockFell is told why durations are not taken from the processor's counter any more, if
	// no other store of the process is. It must not block.
	ClockFell func(why string)
}

const (
	defaultStripes = 16
	maxStripes     = 64
)

// newRecord makes a record with a ledger of its own. Every processor has a stripe to
// itself up to maxStripes; there are never fewer than defaultStripes, so that
// goroutines seldom share one.
func newRecord(l *layout, most MostSeries, infos []OperationInfo, s *Series, o Options) *Record {
	r := &Record{layout: l, Infos: infos, Series: s, Options: o, most: most, aside: new(aside), spares: make(map[Operation][]*Stripe), hung: make(map[Operation]bool)}
	stripes := defaultStripes
	for stripes < runtime.GOMAXPROCS(0) && stripes < maxStripes {
		stripes *= 2
	}
	for op, info := range infos {
		n := stripes
		switch {
		case info.Absent:
			n = 1
		case info.stripes > 0:
			n = info.stripes
		}
		if !info.Lazy {
			r.stripes = append(r.stripes, newStripes(Operation(op), n))
		}
	}
	r.prepareLate(stripes)
	if o.Pooled {
		r.pool.Store(&Reading{Infos: poolInfos}) // of which nothing is known yet
	}
	if o.Declared != nil {
		r.Stats.Store(&Reading{Infos: o.Declared})
	}
	newLedger(r).enter(r)
	return r
}

// StripesOf returns the stripes of an operation, to pick one from. It is apart from
// pick so that both are inlined.
func (r *Record) StripesOf(op Operation) []Stripe {
	if int(op) < len(r.stripes) {
		return r.stripes[op]
	}
	return r.lateStripes(op)
}

// Pick picks the stripe of the calling goroutine. The address of a variable
// on its stack tells goroutines apart at the cost of a multiplication, and
// stays the same while the goroutine repeats a call, which keeps the stripe in
// its processor's cache.
func Pick(stripes []Stripe) *Stripe {
	var here byte
	hash := uint64(uintptr(unsafe.Pointer(&here))>>10) * 0x9e3779b97f4a7c15 >> 40 //nolint:gosec // the address is only hashed
	st := &stripes[int(hash)&(len(stripes)-1)]
	if other := st.detour.Load(); other != nil {
		return other
	}
	return st
}

// Begin counts an operation as started, and the bytes that it sends as far as
// they are known by then.
func (st *Stripe) Begin(sent int) { st.begun.add(1, sent) }

// Send counts bytes that an operation turned out to send.
func (st *Stripe) Send(sent int) { st.begun.add(0, sent) }

// End counts an operation as ended.
func (r *Record) End(st *Stripe, s Slot, d time.Duration, sent, read int) {
	ns := uint64(max(d, 0))
	bucket := r.layout.bucket(ns)
	if r.Sized {
		if st.size(sent, read).Add(1)&fullSize != 0 {
			r.emptySizes(st)
		}
	}
	if s >= hotSlots || bucket >= r.layout.narrow || uint(read) > maxPackedRead {
		r.endSlow(st, parcel{slot: s, bucket: bucket, n: 1, ns: ns, read: uint64(read)})
		return
	}
	at := &st.pages[s][bucket>>pageBits]
	page := at.Load()
	if page == nil {
		page = addPage(at)
	}
	w := page[bucket&pageMask].Add(1<<countShift | uint64(read)<<readShift | (ns - r.layout.lower[bucket]))
	if w&fullBits != 0 {
		r.empty(st, s, bucket, &page[bucket&pageMask])
	}
}

// endSlow counts an operation in the totals: one that failed, took long or
// moved much, and so has other costs than this lock.
func (r *Record) endSlow(st *Stripe, p parcel) {
	if r.closed.Load() { // nobody may come for it later
		r.Ledger.mu.Lock()
	} else if !r.Ledger.mu.TryLock() {
		later := p // in memory of its own, which the ordinary case does without
		st.park(&later)
		return
	}
	defer r.Ledger.mu.Unlock()
	r.count(st, &p)
}

// empty takes a word that is full to the totals.
func (r *Record) empty(st *Stripe, s Slot, bucket int, word *atomic.Uint64) {
	if word.Load()&fullCount != 0 {
		r.filled(st.Op)
	}
	if !r.Ledger.mu.TryLock() {
		st.parkWord(r.layout, s, bucket, word)
		return
	}
	defer r.Ledger.mu.Unlock()
	r.takeWord(st, s, bucket, word)
	r.takeParked(st)
}

// emptySizes takes sizes that are full to the totals, now or with a later
// operation.
func (r *Record) emptySizes(st *Stripe) {
	if r.Ledger.mu.TryLock() {
		defer r.Ledger.mu.Unlock()
		r.total(st.Op).sizes.take(st.sizes.Load())
	}
}

// Admitted returns the failure as which db.client.operation.duration counts one.
func (r *Record) Admitted(op Operation, f Failure) Failure {
	if r.Ledger.Admitted.Admit(r.places[op], r.Slots[FailureSlot(f)].Failure()) {
		return f
	}
	return FailureOther
}

// Exemplify keeps an operation as the example of its bucket. A reader may hold
// the lock; then the example is not worth the wait.
func (r *Record) Exemplify(op Operation, s Slot, d time.Duration, e Exemplar) {
	if !r.Ledger.mu.TryLock() {
		return
	}
	defer r.Ledger.mu.Unlock()
	y := r.total(op).tally(r.layout, r.Slots[s])
	if y.Exemplars == nil {
		y.Exemplars = make([]Exemplar, len(y.Counts))
	}
	e.Seconds = d.Seconds()
	y.Exemplars[r.layout.group[r.layout.bucket(uint64(max(d, 0)))]] = e
}

// total returns the totals of an operation. The caller holds the ledger's lock.
func (r *Record) total(op Operation) *total {
	at := &r.Ledger.totals[r.places[op]]
	if *at == nil {
		*at = new(total)
	}
	return *at
}

// Sum returns what has ended since Wrap.
func (r *Record) Sum() Endings {
	r.Ledger.mu.Lock()
	defer r.Ledger.mu.Unlock()
	r.drain(new(flight))
	return r.sums
}

// A MostSeries says how many series an operation with so many failures and bounds may
// have on /metrics, and without an operation those that its store has besides.
type MostSeries func(r *Record, info *OperationInfo, failures, durationBounds int) int
