package record

import (
	"math"
	"testing"
)

// Every duration of a bucket belongs to its exponential bucket or to the next
// one below or above; what is in the zero bucket is below its threshold.
func TestPlace(t *testing.T) {
	for name, further := range map[string][]float64{
		"standard": nil, "further": {0.3, 1e-9, 123e-9, 2.5, 1000}, "narrow": {20e-9, 21e-9, 22e-9},
	} {
		l := mustLayout(t, further...)
		l.place()
		threshold := uint64(ExponentialBound(l.Zero) * 1e9)
		last := len(l.upper) - 1
		for bucket, position := range l.Positions[:last] {
			if bucket > 0 && position < l.Positions[bucket-1] {
				t.Errorf("%s: bucket %d is below the one before it", name, bucket)
			}
			lowest := l.lower[bucket] + 1
			if position == 0 {
				if l.upper[bucket] > threshold {
					t.Errorf("%s: bucket %d, up to %d ns, is in the zero bucket of %d ns", name, bucket, l.upper[bucket], threshold)
				}
				continue
			}
			for _, ns := range []uint64{lowest, (lowest + l.upper[bucket]) / 2, l.upper[bucket]} {
				if off := exponentialIndex(float64(ns)/1e9) - (l.Zero + position); off < -1 || off > 1 {
					t.Errorf("%s: %d ns is counted %d exponential buckets away", name, ns, off)
				}
			}
			// A quantile may be anywhere within the bucket.
			low, high := ExponentialBound(l.Zero+position-1), ExponentialBound(l.Zero+position)
			if off := max(high*1e9/float64(lowest), float64(l.upper[bucket])/(low*1e9)); off > 1.15 {
				t.Errorf("%s: a quantile in bucket %d is off by a factor of %v", name, bucket, off)
			}
		}
		if got := ExponentialBound(l.Zero + l.Positions[last]); got < 1000 || got > 1000*1.1 {
			t.Errorf("%s: what has no upper edge is counted as %v s", name, got)
		}
	}
}

func TestExponentialBuckets(t *testing.T) {
	for _, seconds := range []float64{0x1p-25, 1e-6, 0.1, 0.5, 1, 1.5, 2, 1000} {
		index := exponentialIndex(seconds)
		if low, high := ExponentialBound(index-1), ExponentialBound(index); seconds <= low || seconds > high {
			t.Errorf("%v s is in the bucket from %v to %v s", seconds, low, high)
		}
	}
	if factor := ExponentialBound(1) / ExponentialBound(0); math.Abs(factor-1.0905) > 1e-4 {
		t.Errorf("buckets grow by %v", factor)
	}
}

func TestSpread(t *testing.T) {
	var s Spread
	for _, position := range []int{7, 9, 0, 7, 12} {
		s.add(position, 2)
	}
	earlier := s.clone()
	var other Spread
	other.add(20, 1)
	other.add(3, 1)
	s.merge(other)
	s.merge(Spread{})
	change := s.since(earlier)
	for what, c := range map[string]struct {
		s    Spread
		want map[int]uint64
	}{
		"the whole":  {s, map[int]uint64{0: 2, 3: 1, 7: 4, 9: 2, 12: 2, 20: 1}},
		"the clone":  {earlier, map[int]uint64{0: 2, 7: 4, 9: 2, 12: 2}},
		"the change": {change, map[int]uint64{3: 1, 20: 1}},
		"the other":  {other, map[int]uint64{3: 1, 20: 1}},
	} {
		for i, n := range c.s.Counts {
			if n != c.want[c.s.From+i] {
				t.Errorf("%s has %d at %d, want %d", what, n, c.s.From+i, c.want[c.s.From+i])
			}
			delete(c.want, c.s.From+i)
		}
		if len(c.want) > 0 {
			t.Errorf("%s lacks %v", what, c.want)
		}
	}
}
