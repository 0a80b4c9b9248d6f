package health

import (
	"slices"
	"time"
)

// windowSteps is how many steps a window has at most, whatever the interval of its
// check.
const windowSteps = 128

// A sample is how many operations have succeeded and failed until a moment.
type sample struct {
	at         time.Time
	ok, failed uint64
}

// since returns what has come after another sample.
func (s sample) since(before sample) tally {
	return tally{s.ok - before.ok, s.failed - before.failed, s.at.Sub(before.at)}
}

// A tally is how many operations succeeded and failed in some time.
type tally struct {
	ok, failed uint64
	took       time.Duration
}

func (t tally) operations() uint64 { return t.ok + t.failed }

// at returns how many failures there would be at a ratio.
func (t tally) at(ratio float64) float64 { return ratio * float64(t.operations()) }

// A window is the samples of some time, and the last one before it.
type window struct {
	length  time.Duration
	samples []sample
}

// add takes a sample, which is no less than the last one, and forgets those that are
// too old.
func (w *window) add(s sample) {
	if n := len(w.samples); n > 1 && s.at.Sub(w.samples[n-2].at) < w.length/windowSteps {
		w.samples[n-1] = s
	} else {
		w.samples = append(w.samples, s)
	}
	old := 0
	for old+2 < len(w.samples) && s.at.Sub(w.samples[old+1].at) >= w.length {
		old++
	}
	w.samples = slices.Delete(w.samples, 0, old)
}

// last returns the last sample, or false when there is none.
func (w *window) last() (sample, bool) {
	if len(w.samples) == 0 {
		return sample{}, false
	}
	return w.samples[len(w.samples)-1], true
}

// total is that of the window.
func (w *window) total() tally {
	last, any := w.last()
	if !any {
		return tally{}
	}
	return last.since(w.samples[0])
}

// step is how long one takes, on average.
func (w *window) step() time.Duration {
	return w.total().took / time.Duration(max(len(w.samples)-1, 1))
}

// above returns how many steps of the window had more failures than a ratio of their
// operations, and how long they took together.
func (w *window) above(ratio float64) (steps int, took time.Duration) {
	for i := 1; i < len(w.samples); i++ {
		if t := w.samples[i].since(w.samples[i-1]); float64(t.failed) > t.at(ratio) {
			steps++
			took += t.took
		}
	}
	return steps, took
}
