package main

import "testing"

// Only what stays through several collections, and nobody is charged for, is data.
func TestDataSize(t *testing.T) {
	d := dataSize{own: 10}
	steps := []struct {
		live, held, want int64
		collected        bool
	}{
		{live: 10}, {live: 110, held: 100, collected: true},
		{live: 110, held: 0}, // what was held has been given back, and is not collected yet
		{live: 60, collected: true}, {live: 60, collected: true}, {live: 60, collected: true}, {live: 60, collected: true},
		{live: 60, collected: true, want: 50},
		{live: 70, collected: true, want: 50}, {live: 20, collected: true, want: 10},
	}
	cycles := uint64(1)
	for i, s := range steps {
		if s.collected {
			cycles++
		}
		if got := d.after(heap{live: s.live, cycles: cycles}, s.held); got != s.want {
			t.Errorf("step %d: %d bytes of data, want %d", i, got, s.want)
		}
	}
}
