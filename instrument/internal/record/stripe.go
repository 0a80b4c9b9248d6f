package record

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// A Stripe counts one operation for a part of the goroutines. Each operation
// adds to it twice, when it begins and when it ends, with one atomic addition
// to a word that packs several counters. Nobody waits for anybody, and a reader
// that takes a word sees its counters agree with each other.
type Stripe struct {
	begun  begun
	detour atomic.Pointer[Stripe]                       // which counts what begins here while this one is watched; else nil
	pages  [hotSlots][pagesPerSlot]atomic.Pointer[page] // of ended operations; nil until the first use
	sizes  atomic.Pointer[sizes]                        // nil without WithSizes or use
	Items  atomic.Uint64                                // of batches

	read   stripeRead
	parked atomic.Pointer[parcel] // the first one
	hands  atomic.Int32           // goroutines that have taken a word and not put it down
	Op     Operation              // as which they count; an Operation of a Recorder may not be it

	// A stripe fills pairs of cache lines, since processors fetch them in pairs.
	_ [256 - hotSlots*pagesPerSlot*8 - 13*8 - 4 - 1]byte
}

// A stripeRead is what a stripe's reader knows of it. The record's lock guards it.
type stripeRead struct {
	began, sent, ended uint64 // in the totals
	before             uint64 // operations that had begun when the pass began

	mark     uint64        // operations that had begun when the watch saw some in flight; 0 is none, watched is all
	markedAt time.Duration // and when
}

// A page holds the words of neighbouring buckets. An operation's durations seldom
// leave two or three of them.
type page [1 << pageBits]atomic.Uint64

const (
	pageBits     = 5
	pageMask     = 1<<pageBits - 1
	pagesPerSlot = maxBuckets >> pageBits
)

// The word of a bucket: how many operations ended in it, the bytes that they
// delivered, and their nanoseconds above the bucket's lower edge.
//
// Whoever sets the top bit of a field takes the word at once, before anything
// that may wait; see full. Until then there is room for as much again, which is
// more than a hundred times what one addition may bring, so that a field
// overflows only if a hundred goroutines are suspended between adding to one
// word and taking it. Operations that bring more are counted in the totals
// directly.
const (
	countShift = 50
	readShift  = 25
	fieldMask  = 1<<readShift - 1
	fullCount  = 1 << 63
	fullBits   = fullCount | 1<<(countShift-1) | 1<<(readShift-1)

	maxPackedRead  = 1 << 15
	maxPackedWidth = 1 << 17 // of a bucket, in nanoseconds
)

// sizes counts operations by what they sent and delivered at once.
type sizes [sizeBuckets][sizeBuckets]atomic.Uint32

// fullSize is the count from which the operation that counts a size also empties them,
// if no reader does. There is room for two billion more until one finds the lock free.
const fullSize = 1 << 31

const (
	sizeBuckets = 12 // 16 B × 4ⁿ to 16 MiB, and above
	minSizeBits = 4
)

// sizeBucket returns the bucket of a number of bytes: the smallest n with
// size ≤ 16×4ⁿ.
func sizeBucket(size int) int {
	if size <= 1<<minSizeBits {
		return 0
	}
	return min((bits.Len64(uint64(size-1))-minSizeBits+1)/2, sizeBuckets-1)
}

// SizeBounds returns the bounds of sizes in bytes, in memory of the caller's.
func SizeBounds() []float64 {
	bounds := make([]float64, sizeBuckets-1)
	for i := range bounds {
		bounds[i] = float64(uint64(1) << (minSizeBits + 2*i))
	}
	return bounds
}

func addPage(at *atomic.Pointer[page]) *page {
	at.CompareAndSwap(nil, new(page))
	return at.Load()
}

// size returns the counter of a pair of sizes.
func (s *Stripe) size(sent, delivered int) *atomic.Uint32 {
	z := s.sizes.Load()
	if z == nil {
		s.sizes.CompareAndSwap(nil, new(sizes))
		z = s.sizes.Load()
	}
	return &z[sizeBucket(sent)][sizeBucket(delivered)]
}
