package instrument

import (
	"math/bits"
	"sync/atomic"
)

// A stripe counts one operation for a part of the goroutines. Each operation
// adds to it twice, when it begins and when it ends, with one atomic addition
// to a word that packs several counters. Nobody waits for anybody, and a reader
// that swaps a word for zero sees its counters agree with each other.
type stripe struct {
	begun atomic.Uint64                                // operations and bytes sent; see begunShift
	pages [hotSlots][pagesPerSlot]atomic.Pointer[page] // of ended operations; nil until the first use
	sizes atomic.Pointer[sizes]                        // nil without WithSizes or use
	items atomic.Uint64                                // of batches

	// A stripe fills pairs of cache lines, since processors fetch them in pairs.
	_ [256 - 8 - hotSlots*pagesPerSlot*8 - 8 - 8]byte
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
// A word whose fields have their top bits set is moved to the totals by whoever
// set them. Until then there is room for as much again, which is more than a
// hundred times what one addition may bring, so that a field overflows only if a
// hundred goroutines are suspended between adding to one word and looking at
// the result. Operations that bring more are counted in the totals directly.
const (
	countShift = 50
	readShift  = 25
	fieldMask  = 1<<readShift - 1
	fullBits   = 1<<63 | 1<<(countShift-1) | 1<<(readShift-1)

	maxPackedRead  = 1 << 15
	maxPackedWidth = 1 << 17 // of a bucket, in nanoseconds
)

// The word of the beginnings: how many operations began and the bytes that they
// sent.
const (
	begunShift     = 40
	sentMask       = 1<<begunShift - 1
	begunFullBits  = 1<<63 | 1<<(begunShift-1)
	packedSentMask = 1<<30 - 1
)

// sizes counts operations by what they sent and delivered at once.
type sizes [sizeBuckets][sizeBuckets]atomic.Uint32

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

func sizeBounds() []float64 {
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
func (s *stripe) size(sent, delivered int) *atomic.Uint32 {
	z := s.sizes.Load()
	if z == nil {
		s.sizes.CompareAndSwap(nil, new(sizes))
		z = s.sizes.Load()
	}
	return &z[sizeBucket(sent)][sizeBucket(delivered)]
}
