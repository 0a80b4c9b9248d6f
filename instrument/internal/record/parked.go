package record

import "sync/atomic"

// What operations could not count in the totals, because somebody else had the lock,
// they leave with their stripe: no operation waits for a reader. Whoever has the lock
// next takes it over.

// A parcel is operations of one bucket that have ended.
type parcel struct {
	next        *parcel
	slot        Slot
	bucket      int
	n, ns, read uint64
}

// park leaves a parcel.
func (st *Stripe) park(p *parcel) {
	for {
		p.next = st.parked.Load()
		if st.parked.CompareAndSwap(p.next, p) {
			return
		}
	}
}

// parkWord empties a word that is full. That comes first, before memory is asked
// for: while anybody waits, others go on adding to the word.
func (st *Stripe) parkWord(l *layout, s Slot, bucket int, word *atomic.Uint64) {
	st.hands.Add(1)
	w := word.Swap(0)
	p := l.unpack(bucket, w)
	p.slot = s
	st.park(&p)
	st.hands.Add(-1)
}

// unpack reads the word of a bucket.
func (l *layout) unpack(bucket int, word uint64) parcel {
	n := word >> countShift
	return parcel{bucket: bucket, n: n, ns: n*l.lower[bucket] + word&fieldMask, read: word >> readShift & fieldMask}
}
