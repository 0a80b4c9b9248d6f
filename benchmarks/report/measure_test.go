package main

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

func TestOrder(t *testing.T) {
	const n = 4
	first := make([]int, n)
	for round := range 2 * n {
		got := order(n, round)
		first[got[0]]++
		if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, []int{0, 1, 2, 3}) {
			t.Errorf("round %d runs %v", round, got)
		}
	}
	for i, times := range first {
		if times != 2 {
			t.Errorf("subject %d was first in %d of %d rounds; want 2", i, times, 2*n)
		}
	}
	if a, b := order(2, 0), order(2, 1); slices.Equal(a, b) {
		t.Errorf("two subjects run as %v and %v; want ABBA", a, b)
	}
}

// spin is work whose time is in proportion to weight.
func spin(weight int) loop {
	var sink atomic.Uint64
	return func(n int) error {
		for range n {
			for range weight {
				sink.Add(1)
			}
		}
		return nil
	}
}

func TestMeasure(t *testing.T) {
	const rounds = 5
	samples, err := measure(t.Context(), []subject{
		{"light", spin(10), 1, short},
		{"heavy", spin(100), 1, short},
		{"heavy_parallel", spin(100), 2, short},
	}, rounds)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range samples {
		if len(s) != rounds || slices.Min(s) <= 0 {
			t.Errorf("%s: %v; want %d positive samples", name, s, rounds)
		}
	}
	// Ten times the work; the bounds allow for any machine.
	if r := median(samples["heavy"]) / median(samples["light"]); r < 3 || r > 30 {
		t.Errorf("ten times the work took %.1f times as long", r)
	}
}

func TestMeasureReturnsErrors(t *testing.T) {
	broken := errors.New("broken")
	fails := func(int) error { return broken }
	if _, err := measure(t.Context(), []subject{{"fails", fails, 1, short}}, 1); !errors.Is(err, broken) {
		t.Errorf("err = %v; want that of the loop", err)
	}

	calls := 0
	later := func(int) error {
		if calls++; calls > 40 {
			return broken
		}
		return spin(1000)(100)
	}
	if _, err := measure(t.Context(), []subject{{"later", later, 1, short}}, 1000); !errors.Is(err, broken) {
		t.Errorf("err = %v; want that of the loop", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := measure(ctx, []subject{{"light", spin(10), 1, short}}, 1000); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v; want context.Canceled", err)
	}
}

func TestClockPairs(t *testing.T) {
	if err := clockPairs(1000); err != nil {
		t.Error(err)
	}
}

// Who is ready or done first goes on, so that each is timed among all others:
// a timed call that waits for those of the other goroutines is not left alone.
func TestTimeOverlaps(t *testing.T) {
	const goroutines, n = 3, 5000
	var begun atomic.Int64
	work := func(count int) error {
		if count == n {
			for begun.Add(1); begun.Load() < goroutines; {
				runtime.Gosched()
			}
		}
		return nil
	}
	s := subject{"overlapping", work, goroutines, short}
	if _, err := s.time(n); err != nil {
		t.Fatal(err)
	}
	if got := begun.Load(); got != goroutines {
		t.Errorf("%d timed calls; want %d", got, goroutines)
	}

	var arrived atomic.Int64
	meanwhile := 0
	s.loop = func(int) error {
		if meanwhile++; meanwhile == 10 {
			arrived.Add(1)
		}
		return nil
	}
	if err := s.among(&arrived, 2, n); err != nil || meanwhile != 10 {
		t.Errorf("who arrived first went on %d times, %v; want 10 until the other one came", meanwhile, err)
	}
}
