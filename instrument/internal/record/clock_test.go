package record

import "testing"

// Readers are told that the counter was given up: one of deltas once, and others each time.
func TestClockFalls(t *testing.T) {
	r, err := NewRegistry(nil, false, func(*Record, *OperationInfo, int, int) int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	falls := uint64(0)
	r.clockFalls = func() uint64 { return falls }
	whole, deltas := r.NewReader(), r.NewReader()
	for i, want := range []struct {
		falls        uint64
		there        bool
		whole, delta uint64
	}{{0, false, 0, 0}, {1, true, 1, 1}, {1, true, 1, 0}} {
		falls = want.falls
		for _, tt := range []struct {
			*Collection
			falls uint64
		}{{whole.Collect(Demand{}), want.whole}, {deltas.Collect(Demand{CounterDeltas: true}), want.delta}, {r.Glance(), want.whole}} {
			if tt.ClockFell != want.there || tt.ClockFalls != tt.falls {
				t.Errorf("collection %d: %t and %d, want %t and %d", i, tt.ClockFell, tt.ClockFalls, want.there, tt.falls)
			}
		}
	}
}
