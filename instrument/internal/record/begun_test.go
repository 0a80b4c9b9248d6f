package record

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The word of the beginnings runs over again and again, and the counts stay
// exact, also while somebody who crossed a half has not said so yet.
func TestBegun(t *testing.T) {
	for name, c := range map[string]struct {
		count, sent uint64 // in one step
	}{
		"many":         {1<<20 + 7, 3},
		"large":        {1, packedSentMask},
		"many, large":  {1<<22 - 1, packedSentMask},
		"empty":        {1<<21 + 1, 0},
		"sent so far":  {0, packedSentMask},
		"no operation": {0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var b begun
			var count, sent uint64
			for range 5000 {
				// As add does, with more operations at once than it has.
				delta := c.count<<begunShift + c.sent
				w := b.word.Add(delta)
				count, sent = count+c.count, sent+c.sent
				for _, when := range []string{"before", "after"} {
					if n, s := b.load(); n != count || s != sent {
						t.Fatalf("%d operations and %d bytes %s the carry, want %d and %d", n, s, when, count, sent)
					}
					if when == "before" {
						b.carry(w^(w-delta), 0)
					}
				}
			}
		})
	}
}

func TestBegunAdds(t *testing.T) {
	var b begun
	var count, sent uint64
	for range 100_000 {
		n := rand.IntN(min(1<<34, math.MaxInt))
		if rand.IntN(2) == 0 {
			b.add(1, n)
			count++
		} else {
			b.add(0, n)
		}
		sent += uint64(n)
	}
	if n, s := b.load(); n != count || s != sent {
		t.Errorf("%d operations and %d bytes, want %d and %d", n, s, count, sent)
	}
}
