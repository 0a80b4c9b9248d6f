package record

import (
	"math"
	"testing"
)

// Counts that do not fit stay at the largest number rather than begin anew.
func TestWindowIsFull(t *testing.T) {
	l := mustLayout(t)
	var w window
	fast, slow := l.bucket(100), l.bucket(1e9)
	for range 3 {
		w.add(fast, math.MaxUint32-1)
	}
	w.add(slow, 10)
	if got := w.quantiles(l, []float64{0.5, 0.99, 1}); math.Abs(got[0]-100e-9) > 5e-9 || got[0] != got[1] || math.Abs(got[2]-1) > 0.05 {
		t.Errorf("quantiles %v, want 100 ns, 100 ns and 1 s", got)
	}
}

func TestWindowRotates(t *testing.T) {
	l := mustLayout(t)
	var w window
	w.rotate() // unused
	for i := range windowIntervals {
		w.add(l.bucket(uint64(1000*(i+1))), 1)
		if i < windowIntervals-1 {
			w.rotate()
		}
	}
	for i := range windowIntervals {
		if got, want := w.quantiles(l, []float64{0.0001})[0], float64(i+1)*1e-6; math.Abs(got-want) > 0.05*want {
			t.Errorf("after %d rotations the oldest is %v, want %v", i, got, want)
		}
		w.rotate()
	}
	if got := w.quantiles(l, []float64{0.5})[0]; !math.IsNaN(got) {
		t.Errorf("when all is forgotten the median is %v", got)
	}
}
