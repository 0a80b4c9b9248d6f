package record

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSizeBucket(t *testing.T) {
	bounds := SizeBounds()
	if len(bounds) != sizeBuckets-1 || bounds[0] != 16 || bounds[len(bounds)-1] != 16<<20 {
		t.Fatalf("bounds %v, want 16 B × 4ⁿ to 16 MiB", bounds)
	}
	sizes := []int{0, 1, math.MaxInt}
	for i, b := range bounds {
		sizes = append(sizes, int(b)-1, int(b), int(b)+1)
		if i > 0 && b != 4*bounds[i-1] {
			t.Errorf("bound %v after %v", b, bounds[i-1])
		}
	}
	for range 10_000 {
		sizes = append(sizes, int(rand.Uint64()>>1>>rand.IntN(63)))
	}
	for _, size := range sizes {
		want := 0
		for want < len(bounds) && float64(size) > bounds[want] {
			want++
		}
		if got := sizeBucket(size); got != want {
			t.Errorf("sizeBucket(%d) = %d, want %d", size, got, want)
		}
	}
}
