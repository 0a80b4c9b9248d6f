package record

import "sync/atomic"

// parked keeps what operations could not count in the totals because somebody
// else had the lock: no operation waits for a reader. Whoever has the lock next
// takes it over.
type parked struct {
	hands atomic.Int64 // goroutines that have taken a word and not put it down
	first atomic.Pointer[parcel]
}

// A parcel is operations of one bucket that have ended.
type parcel struct {
	next        *parcel
	slot        Slot
	bucket      int
	n, ns, read uint64
}

func (k *parked) put(p *parcel) {
	for {
		p.next = k.first.Load()
		if k.first.CompareAndSwap(p.next, p) {
			return
		}
	}
}

// take empties a word that is full. That comes first, before memory is asked
// for: while anybody waits, others go on adding to the word.
func (k *parked) take(l *layout, s Slot, bucket int, word *atomic.Uint64) {
	k.hands.Add(1)
	w := word.Swap(0)
	p := l.unpack(bucket, w)
	p.slot = s
	k.put(&p)
	k.hands.Add(-1)
}

// unpack reads the word of a bucket.
func (l *layout) unpack(bucket int, word uint64) parcel {
	n := word >> countShift
	return parcel{bucket: bucket, n: n, ns: n*l.lower[bucket] + word&fieldMask, read: word >> readShift & fieldMask}
}
