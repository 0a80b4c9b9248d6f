package reference

import (
	"slices"
	"testing"
	"time"
)

// shrink leaves out steps as long as the rest fails, within some time.
func shrink(steps []step, fails func([]step) bool, enough <-chan time.Time) []step {
	for size := len(steps) / 2; size > 0; size /= 2 {
		for at := 0; at < len(steps); {
			select {
			case <-enough:
				return steps
			default:
			}
			shorter := slices.Concat(steps[:at], steps[min(at+size, len(steps)):])
			if fails(shorter) {
				steps = shorter
			} else {
				at += size
			}
		}
	}
	return steps
}

func TestShrink(t *testing.T) {
	var steps []step
	for i := range 1000 {
		steps = append(steps, step{conn: i})
	}
	fails := func(steps []step) bool {
		n := 0
		for _, s := range steps {
			if s.conn == 17 || s.conn == 600 || s.conn == 999 {
				n++
			}
		}
		return n == 3
	}
	if got := shrink(steps, fails, nil); len(got) != 3 || !fails(got) {
		t.Errorf("%d steps are left of 3: %v", len(got), got)
	}
	over := make(chan time.Time)
	close(over)
	if got := shrink(steps, fails, over); len(got) != len(steps) {
		t.Errorf("%d steps are left, and there was no time", len(got))
	}
}
