package days

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// A chance is what nobody plans, and still the same in each run of a day.
type chance struct{ *rand.Rand }

func newChance(names ...string) chance {
	h := fnv.New64a()
	for _, n := range names {
		h.Write([]byte(n + "\x00"))
	}
	return chance{rand.New(rand.NewPCG(h.Sum64(), 1))}
}

// count is how often something happens that happens so often on average.
func (c chance) count(mean float64) float64 {
	switch {
	case mean <= 0:
		return 0
	case mean > 50:
		return max(0, math.Round(mean+math.Sqrt(mean)*c.NormFloat64()))
	}
	n, left, p := 0.0, math.Exp(-mean), c.Float64()
	for p > left {
		n++
		p *= c.Float64()
	}
	return n
}

// about is a value that varies by a share of it.
func (c chance) about(v, share float64) float64 { return max(0, v*(1+share*c.NormFloat64())) }
