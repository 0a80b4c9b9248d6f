package instrument

import (
	"math"
	"slices"
)

// exponentialScale makes every exponential bucket 2^⅛ wide, a factor of 1.09.
// At a larger scale the durations of one bucket of a layout, which is up to a
// tenth wide, would belong to more than two of them.
const exponentialScale = 3

// exponentialIndex returns the index of the exponential bucket of a duration:
// index 0 has what is longer than a second, up to 2^⅛.
func exponentialIndex(seconds float64) int {
	return int(math.Ceil(math.Ldexp(math.Log2(seconds), exponentialScale))) - 1
}

// exponentialBound is the upper edge of an exponential bucket in seconds.
func exponentialBound(index int) float64 {
	return math.Exp2(math.Ldexp(float64(index+1), -exponentialScale))
}

// place finds the exponential bucket of each bucket of the layout. The first one
// reaches down to zero, and so is the zero bucket.
func (l *layout) place() {
	l.zero = exponentialIndex(float64(l.upper[0]) / 1e9)
	l.positions = make([]int, len(l.upper))
	for bucket := 1; bucket < len(l.upper); bucket++ {
		l.positions[bucket] = max(exponentialIndex(l.middle(bucket))-l.zero, 0)
	}
}

// A spread counts durations in exponential buckets. Position 0 is the zero
// bucket, the others follow it; only the range in use has memory.
type spread struct {
	from   int // position of the first count
	counts []uint64
}

func (s *spread) add(position int, n uint64) {
	switch end := s.from + len(s.counts); {
	case s.counts == nil:
		s.from, s.counts = position, make([]uint64, 1)
	case position < s.from:
		s.counts = slices.Concat(make([]uint64, s.from-position), s.counts)
		s.from = position
	case position >= end:
		s.counts = slices.Concat(s.counts, make([]uint64, position-end+1))
	}
	s.counts[position-s.from] += n
}

func (s *spread) merge(other spread) {
	for i, n := range other.counts {
		if n > 0 {
			s.add(other.from+i, n)
		}
	}
}

func (s spread) clone() spread {
	s.counts = slices.Clone(s.counts)
	return s
}

// since subtracts an earlier state of the same spread.
func (s spread) since(earlier spread) spread {
	s = s.clone()
	for i, n := range earlier.counts {
		s.counts[earlier.from+i-s.from] -= n
	}
	return s
}
