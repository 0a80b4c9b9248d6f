package instrument_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A wrapped store stays within 256 kB, whatever is done with it: operations of
// all kinds, on many goroutines, of durations from 50 ns to a second.
func TestMemoryPerStore(t *testing.T) {
	if runtime.GOMAXPROCS(0) > 16 {
		t.Skip("the limit is for sixteen processors")
	}
	synctest.Test(t, func(t *testing.T) {
		const stores, limit = 8, 256 << 10
		ctx := context.Background()
		calls := operationCalls(t)
		r := instrument.NewRegistry()
		p := r.NewProducer(instrument.WithSummaries())
		below := make([]*testutil.Faulty, stores)
		for i := range below {
			below[i] = testutil.NewFaulty()
			below[i].Info = kvdb.Info{System: "memory", Namespace: string(rune('a' + i))}
		}
		before := heap()
		for _, b := range below {
			w := wrap(t, b, instrument.WithRegistry(r))
			defer w.Close()
			var workers sync.WaitGroup
			for range 64 { // on stacks everywhere, for every stripe
				workers.Go(func() {
					for _, fault := range []error{nil, kvdb.ErrNotFound, kvdb.ErrUnavailable, kvdb.ErrConflict} {
						b.Inject(func(_ context.Context, operation string) error {
							time.Sleep(time.Duration(50 * math.Pow(2e7, rand.Float64())))
							if fault == kvdb.ErrNotFound && operation != "get" {
								return nil // only a read finds nothing
							}
							return fault
						})
						for _, c := range calls {
							for range 3 {
								_ = c.call(ctx, w, []byte("key"), []byte("value"))
							}
						}
					}
				})
			}
			workers.Wait()
			b.Inject(nil)
			_ = b.Delete(ctx, []byte("key"))
		}
		testutil.Collect(t, p)
		perStore := (heap() - before) / stores
		t.Logf("%d kB a store", perStore>>10)
		if perStore > limit {
			t.Errorf("%d bytes a store, want at most %d", perStore, limit)
		}
		runtime.KeepAlive(below)
	})
}

// heap returns the bytes in use after everything that can go has gone.
func heap() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
