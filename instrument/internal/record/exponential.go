package record

import (
	"math"
	"slices"
)

// ExponentialScale makes every exponential bucket 2^⅛ wide, a factor of 1.09.
// At a larger scale the durations of one bucket of a layout, which is up to a
// tenth wide, would belong to more than two of them.
const ExponentialScale = 3

// exponentialIndex returns the index of the exponential bucket of a duration:
// index 0 has what is longer than a second, up to 2^⅛.
func exponentialIndex(seconds float64) int {
	return int(math.Ceil(math.Ldexp(math.Log2(seconds), ExponentialScale))) - 1
}

// ExponentialBound is the upper edge of an exponential bucket in seconds.
func ExponentialBound(index int) float64 {
	return math.Exp2(math.Ldexp(float64(index+1), -ExponentialScale))
}

// place finds the exponential bucket of each bucket of the layout. The first one
// reaches down to zero, and so is the zero bucket.
func (l *layout) place() {
	l.Zero = exponentialIndex(float64(l.upper[0]) / 1e9)
	l.Positions = make([]int, len(l.upper))
	for bucket := 1; bucket < len(l.upper); bucket++ {
		l.Positions[bucket] = max(exponentialIndex(l.middle(bucket))-l.Zero, 0)
	}
}

// A Spread counts durations in exponential buckets. Position 0 is the zero
// bucket, the others follow it; only the range in use has memory.
type Spread struct {
	From   int // position of the first count
	Counts []uint64
}

func (s *Spread) add(position int, n uint64) {
	switch end := s.From + len(s.Counts); {
	case s.Counts == nil:
		s.From, s.Counts = position, make([]uint64, 1)
	case position < s.From:
		s.Counts = slices.Concat(make([]uint64, s.From-position), s.Counts)
		s.From = position
	case position >= end:
		s.Counts = slices.Concat(s.Counts, make([]uint64, position-end+1))
	}
	s.Counts[position-s.From] += n
}

func (s *Spread) merge(other Spread) {
	for i, n := range other.Counts {
		if n > 0 {
			s.add(other.From+i, n)
		}
	}
}

func (s Spread) clone() Spread {
	s.Counts = slices.Clone(s.Counts)
	return s
}

// since subtracts an earlier state of the same spread.
func (s Spread) since(earlier Spread) Spread {
	s = s.clone()
	for i, n := range earlier.Counts {
		s.Counts[earlier.From+i-s.From] -= n
	}
	return s
}
