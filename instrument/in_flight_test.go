package instrument_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// inFlight returns how to read kvdb.in_flight of a registry.
func inFlight(t testing.TB, r *instrument.Registry) func() float64 {
	p := r.NewProducer(instrument.WithMetricFilter(func(name string) bool { return name == "kvdb.in_flight" }))
	return func() float64 { return testutil.Collect(t, p).Sum("kvdb.in_flight") }
}

// readingsOf is how often a test reads: the race detector makes each reading twenty times
// as dear, and finds in a few what it can find.
func readingsOf(n int) int {
	if testing.Short() {
		return n / 20
	}
	return n
}

// deep calls f so far down the stack that its stripe is another one.
func deep(depth int, f func()) {
	var room [1 << 10]byte
	room[rand.IntN(len(room))] = 1
	if depth > 0 && room[0] < 2 {
		deep(depth-1, f)
		return
	}
	f()
}

// One goroutine has at most one operation in flight, whatever it calls from
// wherever and however the reader is held up.
func TestOneInFlight(t *testing.T) {
	for name, call := range map[string]func(context.Context, *instrument.Store, int){
		"get": func(ctx context.Context, s *instrument.Store, _ int) { _, _ = s.Get(ctx, []byte("key")) },
		"get and put": func(ctx context.Context, s *instrument.Store, i int) {
			if i%2 == 0 {
				_, _ = s.Get(ctx, []byte("key"))
			} else {
				_ = s.Put(ctx, []byte("key"), []byte("value"))
			}
		},
		"from many depths": func(ctx context.Context, s *instrument.Store, i int) {
			deep(i%7, func() { _, _ = s.Get(ctx, []byte("key")) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := instrument.NewRegistry()
			s := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
			stop := make(chan struct{})
			var caller sync.WaitGroup
			caller.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
						call(context.Background(), s, i)
					}
				}
			})
			read := inFlight(t, r)
			readings := make(map[float64]int)
			for range readingsOf(10_000) {
				readings[read()]++
			}
			close(stop)
			caller.Wait()
			t.Log(readings)
			for n := range readings {
				if n != 0 && n != 1 {
					t.Errorf("%v operations of one goroutine in flight", n)
				}
			}
			if n := read(); n != 0 {
				t.Errorf("%v operations in flight at the end", n)
			}
		})
	}
}

// Operations that last stay in sight beside those that come and go.
func TestBlockedInFlight(t *testing.T) {
	r := instrument.NewRegistry()
	below := testutil.NewFaulty()
	s := wrap(t, below, instrument.WithRegistry(r))
	const blocked = 8
	entered, release, stop := make(chan struct{}), make(chan struct{}), make(chan struct{})
	below.Inject(func(_ context.Context, operation string) error {
		if operation == "put" {
			entered <- struct{}{}
			<-release
		}
		return nil
	})
	var callers sync.WaitGroup
	for range blocked {
		callers.Go(func() { _ = s.Put(context.Background(), []byte("key"), nil) })
		<-entered
	}
	callers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = s.Get(context.Background(), []byte("key"))
			}
		}
	})
	read := inFlight(t, r)
	for range readingsOf(5_000) {
		if n := read(); n < blocked || n > blocked+1 {
			t.Errorf("%v operations in flight, want %d or one more", n, blocked)
		}
	}
	close(stop)
	close(release)
	callers.Wait()
	if n := read(); n != 0 {
		t.Errorf("%v operations in flight at the end", n)
	}
}

// Of many goroutines no more are in flight than there are, and those that began
// another operation during the pass.
func TestManyInFlight(t *testing.T) {
	const goroutines = 8
	r := instrument.NewRegistry()
	s := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
	var began atomic.Int64
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for range goroutines {
		callers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					began.Add(1)
					_, _ = s.Get(context.Background(), []byte("key"))
				}
			}
		})
	}
	read := inFlight(t, r)
	readings := make(map[float64]int)
	for range readingsOf(5_000) {
		before := began.Load()
		n := read()
		if most := goroutines + float64(began.Load()-before); n < 0 || n > most {
			t.Errorf("%v operations in flight, want at most %v", n, most)
		}
		readings[n]++
	}
	close(stop)
	callers.Wait()
	t.Log(readings)
	if n := read(); n != 0 {
		t.Errorf("%v operations in flight at the end", n)
	}
}
