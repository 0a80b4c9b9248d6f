package instrument_test

import (
	"context"
	"fmt"
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

// A recorder stays within 256 kB, whatever is done with it: all of its operations,
// on many goroutines, of durations from 50 ns to a second.
func TestMemoryPerRecorder(t *testing.T) {
	if runtime.GOMAXPROCS(0) > 16 {
		t.Skip("the limit is for sixteen processors")
	}
	sizes, both := []int{5, 12, 64}, []bool{true, false}
	if testing.Short() { // the race detector makes each operation ten times as dear
		sizes, both = sizes[:1], both[:1]
	}
	for _, operations := range sizes {
		for _, compat := range both {
			t.Run(fmt.Sprintf("%d operations, compat %t", operations, compat), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					const recorders, limit = 4, 256 << 10
					registry := instrument.NewRegistry()
					producer := registry.NewProducer(instrument.WithSummaries())
					options := []instrument.Option{instrument.WithRegistry(registry)}
					if compat {
						options = append(options, instrument.WithCompatMetrics())
					}
					all := make([]*instrument.Recorder, recorders)
					before := heap()
					for i := range all {
						r, err := instrument.NewRecorder(kvdb.Info{System: "cache", Namespace: fmt.Sprint(i)}, operationNames(operations), options...)
						if err != nil {
							t.Fatal(err)
						}
						defer r.Close()
						all[i] = r
					}
					idle := (heap() - before) / recorders
					t.Logf("%d kB a recorder that is not used", idle>>10)
					if idle > 40<<10 { // 73 kB is what twelve operations cost with all their stripes
						t.Errorf("%d bytes a recorder that is not used", idle)
					}
					for _, r := range all {
						for _, name := range operationNames(min(operations, 3)) { // which turn out to be busy
							o := r.Operation(name)
							for range 66_000 {
								o.Record(context.Background(), 50, nil)
							}
						}
						var workers sync.WaitGroup
						for range 64 {
							workers.Go(func() {
								for _, name := range operationNames(operations) {
									for _, err := range []error{nil, kvdb.ErrNotFound, kvdb.ErrUnavailable, kvdb.ErrConflict} {
										for range 3 {
											_, _ = instrument.Do(context.Background(), r.Operation(name).Call(), func(context.Context) (any, error) {
												time.Sleep(time.Duration(50 * math.Pow(2e7, rand.Float64())))
												return nil, err
											})
										}
									}
								}
							})
						}
						workers.Wait()
					}
					testutil.Collect(t, producer)
					each := (heap() - before) / recorders
					t.Logf("%d kB a recorder", each>>10)
					if each > limit {
						t.Errorf("%d bytes a recorder, want at most %d", each, limit)
					}
					runtime.KeepAlive(all)
				})
			})
		}
	}
}
