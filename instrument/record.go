package instrument

import (
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/otelkv/otelkv/kvdb"
)

// A record counts the operations of one store from Wrap to Close, in stripes,
// where operations leave their counts and its ledger takes them.
type record struct {
	layout *layout
	infos  []operationInfo
	series *series
	most   mostSeries
	recordOptions
	*aside

	stripes [][]stripe // by operation; their number is a power of two
	closed  atomic.Bool

	// Of a Recorder of many operations.
	late                    []lateOperation // the operations behind those that have stripes
	other                   operation       // as which one counts for whose series there is no room
	fewStripes, busyStripes int             // of an operation, at first and when it is busy
	spareStripes            atomic.Int64    // for busy ones

	ledger *ledger
	places []operation // the ledger's, by operation
	slots  []slot      // the ledger's, by slot
	sums   endings     // since Wrap; guarded by the ledger
}

// recordOptions are what a record is to count.
type recordOptions struct {
	sized    bool            // sizes
	compat   bool            // what the compat metrics need
	logged   bool            // lines
	declared []kvdb.StatInfo // by the engine; nil where it has no statistics
	refused  func(operation) // told once of each operation that there is no room for
}

const (
	defaultStripes = 16
	maxStripes     = 64
)

// newRecord makes a record with a ledger of its own. Every processor has a stripe to itself up to
// maxStripes; there are never fewer than defaultStripes, so that goroutines
// seldom share one.
func (g *recordRegistry) newRecord(infos []operationInfo, s *series, o recordOptions) *record {
	r := &record{layout: g.layout, infos: infos, series: s, recordOptions: o, most: g.most, aside: new(aside)}
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
		if !info.lazy {
			r.stripes = append(r.stripes, newStripes(operation(op), n))
		}
	}
	r.prepareLate(stripes)
	if o.declared != nil {
		r.stats.Store(&statsReading{infos: o.declared})
	}
	newLedger(r).enter(r)
	return r
}

// pick picks the stripe of the calling goroutine. The address of a variable
// on its stack tells goroutines apart at the cost of a multiplication, and
// stays the same while the goroutine repeats a call, which keeps the stripe in
// its processor's cache.
func pick(stripes []stripe) *stripe {
	var here byte
	hash := uint64(uintptr(unsafe.Pointer(&here))>>10) * 0x9e3779b97f4a7c15 >> 40 //nolint:gosec // the address is only hashed
	return &stripes[int(hash)&(len(stripes)-1)]
}

// begin counts an operation as started, and the bytes that it sends as far as
// they are known by then.
func (st *stripe) begin(sent int) { st.begun.add(1, sent) }

// send counts bytes that an operation turned out to send.
func (st *stripe) send(sent int) { st.begun.add(0, sent) }

// end counts an operation as ended.
func (r *record) end(st *stripe, s slot, d time.Duration, sent, read int) {
	ns := uint64(max(d, 0))
	bucket := r.layout.bucket(ns)
	if r.sized {
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
func (r *record) endSlow(st *stripe, p parcel) {
	if r.closed.Load() { // nobody may come for it later
		r.ledger.mu.Lock()
	} else if !r.ledger.mu.TryLock() {
		later := p // in memory of its own, which the ordinary case does without
		st.parked.put(&later)
		return
	}
	defer r.ledger.mu.Unlock()
	r.count(st, &p)
}

// empty takes a word that is full to the totals.
func (r *record) empty(st *stripe, s slot, bucket int, word *atomic.Uint64) {
	if word.Load()&fullCount != 0 {
		r.filled(st.op)
	}
	if !r.ledger.mu.TryLock() {
		st.parked.take(r.layout, s, bucket, word)
		return
	}
	defer r.ledger.mu.Unlock()
	r.takeWord(st, s, bucket, word)
	r.takeParked(st)
}

// emptySizes takes sizes that are full to the totals, now or with a later
// operation.
func (r *record) emptySizes(st *stripe) {
	if r.ledger.mu.TryLock() {
		defer r.ledger.mu.Unlock()
		r.total(st.op).sizes.take(st.sizes.Load())
	}
}

// admitted returns the failure as which db.client.operation.duration counts one.
func (r *record) admitted(op operation, f failure) failure {
	if r.ledger.admitted.admit(r.places[op], r.slots[failureSlot(f)].failure()) {
		return f
	}
	return failureOther
}
