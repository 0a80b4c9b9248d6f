package clock

import "time"

// kept bounds how many pairs a history has.
const kept = 64

// A history has pairs from the first one to the last one, the closer the younger they are: what
// began a minute ago is within a second of one, and what began an hour ago within a minute.
type history struct {
	pairs []pair
	rate  uint64 // nanoseconds a tick, in parts of 2^32; zero while it is not known
}

func (h *history) last() (last pair, any bool) {
	if len(h.pairs) == 0 {
		return pair{}, false
	}
	return h.pairs[len(h.pairs)-1], true
}

// add keeps a pair that is younger than all others, and measures the rate by it.
func (h *history) add(p pair) {
	h.keep(p)
	if len(h.pairs) > 1 {
		h.rate = h.measure(p)
	}
}

// keep keeps a pair that is younger than all others, and leaves out every second one of the older
// half where there is no room.
func (h *history) keep(p pair) {
	if len(h.pairs) == kept {
		thin := h.pairs[:0]
		for i, old := range h.pairs {
			if i >= kept/2 || i%2 == 0 {
				thin = append(thin, old)
			}
		}
		h.pairs = thin
	}
	h.pairs = append(h.pairs, p)
}

// measure returns the rate between a pair and the youngest one that is a baseline older, or the
// first one.
func (h *history) measure(now pair) uint64 {
	from := h.pairs[0]
	for _, p := range h.pairs {
		if now.monotonic-p.monotonic < baseline {
			break
		}
		from = p
	}
	return rateOf(now.ticks-from.ticks, now.monotonic-from.monotonic)
}

// nearest returns the pair that is closest to a number of ticks, or none.
func (h *history) nearest(at uint64) (near pair) {
	for i, p := range h.pairs {
		if i == 0 || distance(p.ticks, at) < distance(near.ticks, at) {
			near = p
		}
	}
	return near
}

func distance(a, b uint64) uint64 { return max(a, b) - min(a, b) }

func rateOf(ticks uint64, passed time.Duration) uint64 {
	return uint64(float64(passed) / float64(ticks) * (1 << 32))
}
