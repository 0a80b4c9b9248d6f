package record

import (
	"runtime"
	"sync/atomic"
)

// maxLooks bounds how often a reader looks at a stripe whose operations begin
// and end while it looks.
const maxLooks = 8

// look notes what has begun when a pass begins. The caller holds the ledger's
// lock, as for all that follows.
func (r *Record) look() {
	for st := range r.all {
		st.read.before, _ = st.begun.load()
	}
}

// drain moves all counts from the stripes to the totals. What ended before it
// was called is there afterwards, and an operation that ended is never there
// without having begun.
func (r *Record) drain(f *flight) {
	for st := range r.all {
		r.drainStripe(st, f)
	}
}

// idle reports whether all operations that began by the last pass had ended.
func (r *Record) idle() bool {
	for st := range r.all {
		if st.read.began != st.read.ended {
			return false
		}
	}
	return true
}

// A flight is what a pass over stripes says of the operations in flight.
type flight struct {
	together uint64 // at least, all at the moment when the pass began
	apart    uint64 // the sum over the stripes, each at a moment of its own
	most     uint64 // of one stripe
}

// count is the number of operations in flight. Each stripe has been looked at
// while nothing began there, so the sum is right but for operations that one
// goroutine ended on one stripe and began on the next. Therefore more than one
// needs a proof that there are two goroutines.
func (f *flight) count() uint64 {
	if f.together > 1 || f.most > 1 {
		return max(f.together, f.apart)
	}
	return min(f.apart, 1)
}

// drainStripe empties a stripe, again and again until no operation has begun
// meanwhile: then those that are in flight at both ends of the look are what had
// begun less what has ended. The largest of several looks stands, since each can
// only miss operations.
func (r *Record) drainStripe(st *Stripe, f *flight) {
	var most, together uint64
	looked := false
	for range maxLooks {
		before, _ := st.begun.load()
		whole := r.takeStripe(st)
		began, sent := st.begun.load()
		r.total(st.Op).begin(began-st.read.began, sent-st.read.sent, r.Sized)
		st.read.began, st.read.sent = began, sent
		if !whole {
			runtime.Gosched()
			continue
		}
		most = max(most, less(before, st.read.ended))
		if !looked {
			together, looked = less(st.read.before, st.read.ended), true
		}
		if began == before {
			break
		}
	}
	f.together += together
	f.apart += most
	f.most = max(f.most, most)
}

// less is a - b, or nothing.
func less(a, b uint64) uint64 { return a - min(a, b) }

// takeStripe moves the counts of what has ended to the totals, and reports
// whether it found all of them: a goroutine that was suspended with a word in its
// hand puts that down later.
func (r *Record) takeStripe(st *Stripe) (whole bool) {
	for s := range st.pages {
		for p := range st.pages[s] {
			if page := st.pages[s][p].Load(); page != nil {
				for i := range page {
					r.takeWord(st, Slot(s), p<<pageBits+i, &page[i])
				}
			}
		}
	}
	whole = st.hands.Load() == 0
	r.takeParked(st)
	if z := st.sizes.Load(); z != nil {
		r.total(st.Op).sizes.take(z)
	}
	if st.Items.Load() != 0 {
		t := r.total(st.Op)
		t.items = plus(t.items, st.Items.Swap(0))
	}
	return whole
}

func (r *Record) takeWord(st *Stripe, s Slot, bucket int, word *atomic.Uint64) {
	if word.Load() == 0 {
		return
	}
	p := r.layout.unpack(bucket, word.Swap(0))
	p.slot = s
	r.count(st, &p)
}

func (r *Record) takeParked(st *Stripe) {
	if st.parked.Load() == nil {
		return
	}
	for p := st.parked.Swap(nil); p != nil; p = p.next {
		r.count(st, p)
	}
}

// count counts operations that have ended in the totals.
func (r *Record) count(st *Stripe, p *parcel) {
	st.read.ended += p.n
	r.sums.add(p.slot, p.n)
	t := r.total(st.Op)
	t.add(r.layout, r.Slots[p.slot], p.bucket, p.n, p.ns, r.Compat)
	t.read = plus(t.read, p.read)
	if r.Sized {
		t.sizes.delivered = plus(t.sizes.delivered, p.read)
	}
}
