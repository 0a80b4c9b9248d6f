package record

import "sync/atomic"

// begun counts the operations of a stripe that have begun and the bytes that
// they sent, in one word that only grows: nobody empties it, so at no moment an
// operation is counted as ended and not as begun.
//
// Its two fields overflow, and whoever crosses a half of a field's range counts
// that. The top bit of the field says whether the number of halves is odd, so a
// reader notices a half that is crossed and not counted yet.
type begun struct {
	word        atomic.Uint64
	countHalves atomic.Uint32
	sentHalves  atomic.Uint32
	large       atomic.Uint64 // bytes that did not fit into one addition
}

const (
	begunShift     = 40
	countHalfBit   = 63
	sentHalfBit    = begunShift - 1
	begunHalfBits  = 1<<countHalfBit | 1<<sentHalfBit
	packedSentMask = 1<<30 - 1 // below half of the field, which one addition thus crosses once
)

// add counts operations that begin, one or none, and bytes that they send.
func (b *begun) add(operations uint64, sent int) {
	delta := operations<<begunShift | uint64(sent)&packedSentMask
	if w := b.word.Add(delta); (w^(w-delta))&begunHalfBits|uint64(sent)&^packedSentMask != 0 {
		b.carry(w^(w-delta), sent)
	}
}

// carry counts the halves whose bits have flipped, and what did not fit.
//
//go:noinline so that add is small enough to be inlined
func (b *begun) carry(flipped uint64, sent int) {
	if flipped>>countHalfBit&1 != 0 {
		b.countHalves.Add(1)
	}
	if flipped>>sentHalfBit&1 != 0 {
		b.sentHalves.Add(1)
	}
	if large := uint64(sent) &^ packedSentMask; large != 0 {
		b.large.Add(large)
	}
}

// load returns the operations that have begun and the bytes that they sent.
func (b *begun) load() (operations, sent uint64) {
	for {
		countHalves, sentHalves := b.countHalves.Load(), b.sentHalves.Load()
		w := b.word.Load()
		if countHalves != b.countHalves.Load() || sentHalves != b.sentHalves.Load() {
			continue // suspended for the millions of operations that a half takes
		}
		counts, sents := uint64(countHalves), uint64(sentHalves)
		counts += (counts ^ w>>countHalfBit) & 1
		sents += (sents ^ w>>sentHalfBit) & 1
		sent = sents<<sentHalfBit | w&(1<<sentHalfBit-1)
		// What the bytes carried into the count is what they have beyond their field.
		operations = counts<<(countHalfBit-begunShift) + w&(1<<countHalfBit-1)>>begunShift - sent>>begunShift
		return operations, sent + b.large.Load()
	}
}
