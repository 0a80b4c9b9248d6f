package main

import "testing"

// Memory goes back once after a time in which clients hold little, and not while they come
// and go.
func TestRelease(t *testing.T) {
	var r release
	after := func(intervals, charged int) (times int) {
		for range intervals {
			if r.due(charged) {
				times++
			}
		}
		return times
	}
	const much = 100 << 20
	for i, s := range []struct{ intervals, charged, want int }{
		{100, 0, 0}, {1, releaseLeast - 1, 0}, {100, 0, 0}, // not worth it
		{20, much, 0}, {20, much/2 + 1, 0}, {releaseAfter - 1, 0, 0}, {1, much, 0}, // it goes on
		{releaseAfter - 1, 0, 0}, {1, 0, 1}, {100, 0, 0},
		{1, much, 0}, {100, 1, 1},
	} {
		if got := after(s.intervals, s.charged); got != s.want {
			t.Errorf("step %d: memory was given back %d times, want %d", i, got, s.want)
		}
	}
}
