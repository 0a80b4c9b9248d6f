package instrument_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// Many goroutines, many operations, several readers: the counts are exact at
// the end, and no series goes back on the way.
func TestConcurrency(t *testing.T) {
	h := newHarness(t, instrument.WithSizes(), instrument.WithLogOptions(instrument.LogOptions{Burst: 1}))
	tally := kvtest.NewTally(h.Store)
	calls := operationCalls(t)
	h.below.Inject(func(_ context.Context, operation string) error {
		if operation == "delete" {
			return kvdb.ErrReadOnly
		}
		return nil
	})
	const workers, rounds = 16, 60
	stop := make(chan struct{})
	var traffic, readers sync.WaitGroup
	for i := range workers {
		traffic.Go(func() {
			ctx := context.Background()
			if i%4 == 0 {
				var end func()
				ctx, end = parentOf(h)
				defer end()
			}
			for n := range rounds {
				for j := range calls {
					c := calls[(i+j)%len(calls)]
					_ = c.call(ctx, tally, fmt.Append(nil, "key ", n%7), []byte("value"))
				}
			}
		})
	}
	for range 3 {
		p := h.registry.NewProducer()
		readers.Go(func() {
			last := make(map[string]float64)
			for {
				collected := testutil.Collect(t, p)
				if n := collected.Sum("kvdb.in_flight"); n < 0 {
					t.Errorf("%v operations in flight", n)
				}
				for _, s := range collected.Find("kvdb.requests") {
					if s.Value < last[s.Series()] {
						t.Errorf("%v fell from %v", s, last[s.Series()])
					}
					last[s.Series()] = s.Value
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	traffic.Wait()
	close(stop)
	readers.Wait()
	collected := h.collect()
	wantTally(t, tally, collected, "memory", true)
	if n := collected.Sum("kvdb.requests"); n != float64(workers*rounds*len(calls)) {
		t.Errorf("%v requests, want %d", n, workers*rounds*len(calls))
	}
	if n := collected.Sum("kvdb.request.size_count"); n != float64(workers*rounds*(len(calls)-1)) {
		t.Errorf("%v sizes of requests, want %d: all but the pings", n, workers*rounds*(len(calls)-1))
	}
}

func parentOf(h *harness) (ctx context.Context, end func()) {
	ctx, span := h.sampled(context.Background())
	return ctx, func() { span.End() }
}

// Stores come and go while readers read.
func TestConcurrentWrapAndClose(t *testing.T) {
	r := instrument.NewRegistry()
	stop := make(chan struct{})
	var stores, readers sync.WaitGroup
	totals := make([]float64, 2)
	for i := range totals {
		p := r.NewProducer(instrument.WithTemporality(deltaTemporality))
		readers.Go(func() {
			for {
				totals[i] += testutil.Collect(t, p).Sum("kvdb.requests")
				select {
				case <-stop:
					for range 100 { // closed stores of one name come one at a time
						totals[i] += testutil.Collect(t, p).Sum("kvdb.requests")
					}
					return
				default:
				}
			}
		})
	}
	const workers, rounds = 8, 10
	for i := range workers {
		stores.Go(func() {
			for range rounds {
				w, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(r), instrument.WithNamespace(fmt.Sprint(i)))
				if err != nil {
					t.Error(err)
					return
				}
				for range 10 {
					_, _ = w.Get(context.Background(), []byte("key"))
				}
				if err := w.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	stores.Wait()
	close(stop)
	readers.Wait()
	for i, total := range totals {
		if total != workers*rounds*10 {
			t.Errorf("reader %d got %v requests, want %d", i, total, workers*rounds*10)
		}
	}
}

func TestInFlight(t *testing.T) {
	h := newHarness(t)
	const workers = 5
	entered, release := make(chan struct{}), make(chan struct{})
	h.below.Inject(func(context.Context, string) error {
		entered <- struct{}{}
		<-release
		return nil
	})
	var calls sync.WaitGroup
	for i := range workers {
		calls.Go(func() { _ = h.Put(context.Background(), []byte("key"), nil) })
		<-entered
		if n := h.collect().Sum("kvdb.in_flight"); n != float64(i+1) {
			t.Errorf("%v operations in flight, want %d", n, i+1)
		}
	}
	close(release)
	calls.Wait()
	if n := h.collect().Sum("kvdb.in_flight"); n != 0 {
		t.Errorf("%v operations in flight at the end, want 0", n)
	}
}
