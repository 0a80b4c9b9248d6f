package main

import "testing"

// Memory goes back once when a server with much more of it than before has become idle,
// and not while clients come and go.
func TestRelease(t *testing.T) {
	const own, much = 20 << 20, 100 << 20
	r := release{mapped: own}
	allocated := int64(0)
	for i, s := range []struct {
		mapped, allocates int64
		intervals, want   int
		held              int64
	}{
		{own, 0, 100, 0, 0}, {own + releaseLeast - 1, 0, 100, 0, 0}, // not worth it
		{much, releaseIdle + 1, 100, 0, 0}, {much, releaseIdle, releaseAfter - 1, 0, 0}, {much, 2 * releaseIdle, 1, 0, 0}, // it goes on
		{much, releaseIdle, releaseAfter - 1, 0, 0}, {much, 0, 1, 1, 0},
		{own + 1, 0, 100, 0, 0}, // it has gone back
		{much, 0, 2 * releaseAfter, 1, 0},
		{much, 0, 100, 0, 0}, // it is in use
		{2 * much, 0, 100, 1, 0},
		{own, 0, 1, 0, 0}, {own + releaseLeast, 0, 100, 1, 0}, // it has gone by itself
		{own, 0, 1, 0, 0}, {much, 0, 100, 1, much - own}, {much, 0, 100, 0, much - own}, // clients have it
		{much, 0, 100, 1, 0}, // and have left
		{own, 0, 1, 0, 0},
	} {
		got := 0
		for range s.intervals {
			allocated += s.allocates
			if r.due(heap{mapped: s.mapped, allocated: allocated}, s.held) {
				got++
			}
		}
		if got != s.want {
			t.Errorf("step %d: memory was given back %d times, want %d", i, got, s.want)
		}
	}
}
