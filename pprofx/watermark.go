package pprofx

import "math"

// A watermark tells when a value has reached a mark, and then each time that it
// has grown by another tenth. Below nine tenths of the mark it forgets.
type watermark struct {
	mark float64 // 0 is off
	high float64 // the last value told; 0 when there is none
}

func (w *watermark) reached(value float64) bool {
	switch {
	case w.mark == 0 || math.IsNaN(value):
	case value < w.mark*0.9:
		w.high = 0
	case value >= w.mark && value >= w.high*1.1:
		w.high = value
		return true
	}
	return false
}
