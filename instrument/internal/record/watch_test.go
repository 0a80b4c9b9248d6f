package record

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/otelkv/otelkv/kvdb"
)

// A stripe fills pairs of cache lines, on the processors that have pairs.
func TestStripeSize(t *testing.T) {
	if size := unsafe.Sizeof(Stripe{}); unsafe.Sizeof(uintptr(0)) == 8 && size != 256 {
		t.Errorf("a stripe has %d bytes, want 256", size)
	}
}

func watchedRecord(t testing.TB, infos []OperationInfo, o Options) (*Registry, *Record) {
	t.Helper()
	g, err := NewRegistry(nil, false, func(*Record, *OperationInfo, int, int) int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	r := g.NewRecord(infos, NewSeries(kvdb.Info{System: "memory"}, "memory", FailureNames(nil), nil), o)
	if _, err := g.Register(r); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Unregister(r) })
	return g, r
}

// pick is Pick with the place given.
func pick(r *Record, op Operation, place int) *Stripe {
	stripes := r.StripesOf(op)
	st := &stripes[place%len(stripes)]
	if other := st.detour.Load(); other != nil {
		return other
	}
	return st
}

// A working goroutine has always one operation in flight.
func work(r *Record, op Operation, stop <-chan struct{}, took func() time.Duration) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		d := took()
		st := pick(r, op, rand.IntN(64))
		st.Begin(1)
		time.Sleep(d)
		r.End(st, SlotOK, d, 1, 1)
	}
}

// The age is right to the interval of the watch, whatever else is in flight, and for
// each kind of stripes.
func TestOldest(t *testing.T) {
	for name, c := range map[string]struct {
		op      Operation
		workers int
		took    time.Duration // at most
	}{
		"alone":                  {OpPut, 0, 0},
		"few workers":            {OpPut, 2, time.Millisecond},
		"all stripes are busy":   {OpPut, 64, 5 * time.Millisecond},
		"they take their time":   {OpPut, 50, 300 * time.Millisecond},
		"few stripes":            {OpUpdate, 20, time.Millisecond},
		"few stripes, long ones": {OpUpdate, 20, 300 * time.Millisecond},
		"one stripe":             {StoreOperations, 20, 10 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				infos := append(StoreOperationInfo[:len(StoreOperationInfo):len(StoreOperationInfo)], OperationInfo{Name: "one", stripes: 1})
				_, r := watchedRecord(t, infos, Options{})
				stop := make(chan struct{})
				var workers sync.WaitGroup
				for range c.workers {
					workers.Go(func() {
						work(r, c.op, stop, func() time.Duration { return 1 + rand.N(c.took) })
					})
				}
				slowest := c.took + 2*WatchInterval
				for range 5 {
					time.Sleep(rand.N(3 * time.Second))
					if age := r.Ledger.snapshot(nil).Oldest; age > slowest {
						t.Fatalf("the oldest of %v each is %v old", c.took, age)
					}
				}
				began := time.Now()
				st := pick(r, c.op, 7)
				st.Begin(1)
				for range 12 {
					time.Sleep(rand.N(4 * time.Second))
					age, was := time.Since(began), r.Ledger.snapshot(nil).Oldest
					if was > age+c.took || was < age-WatchInterval-2*watchPause {
						t.Fatalf("the oldest is %v old, want %v", was, age)
					}
					if old := r.Oldest(); was > slowest && (len(old) != 1 || old[0].Op != c.op || old[0].Age != was) {
						t.Fatalf("the oldest are %v, want the one of %v", old, was)
					}
				}
				r.End(st, SlotOK, time.Since(began), 1, 1)
				time.Sleep(2 * WatchInterval)
				if age := r.Ledger.snapshot(nil).Oldest; age > slowest {
					t.Errorf("the oldest of %v each is %v old once the hung one has ended", c.took, age)
				}
				close(stop)
				workers.Wait()
				time.Sleep(3 * WatchInterval)
				s := r.Ledger.snapshot(nil)
				if s.Oldest != 0 || s.InFlight != 0 || s.started != s.ended() {
					t.Errorf("%v old, %d in flight, %d began and %d ended", s.Oldest, s.InFlight, s.started, s.ended())
				}
				r.Ledger.mu.Lock()
				defer r.Ledger.mu.Unlock()
				for st := range r.all {
					if st.read.mark != 0 || st.detour.Load() != nil {
						t.Error("a stripe is watched with nothing in flight")
					}
				}
			})
		})
	}
}

// What a look at a store costs on which nothing happens.
func BenchmarkWatchIdle(b *testing.B) {
	ledgers := make([]*Ledger, 1000)
	for i := range ledgers {
		_, r := watchedRecord(b, StoreOperationInfo[:], Options{})
		ledgers[i] = r.Ledger
	}
	var w watchRound
	for b.Loop() {
		w.step(ledgers)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ledgers)), "ns/store")
}

// What is in flight when somebody looks is old when the watch has judged it, and not before.
func TestSuspectsAreNotOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, r := watchedRecord(t, []OperationInfo{{Name: "get"}}, Options{})
		defer g.Unregister(r)
		st := pick(r, 0, 0)
		st.Begin(1)
		time.Sleep(WatchInterval + time.Millisecond) // it was suspected a millisecond ago
		if old := r.Oldest(); len(old) > 0 {
			t.Errorf("%v before it is judged", old)
		}
		time.Sleep(2 * WatchInterval)
		if old := r.Oldest(); len(old) != 1 || old[0].Age < WatchInterval {
			t.Errorf("%v after two looks", old)
		}
		r.End(st, SlotOK, time.Second, 1, 1)
	})
}
