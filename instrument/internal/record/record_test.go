package record

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

func newTestRecord(t testing.TB, o Options) *Record {
	t.Helper()
	s := NewSeries(kvdb.Info{System: "memory"}, "memory", FailureNames(nil), nil)
	g, err := NewRegistry(nil, false, func(*Record, *OperationInfo, int, int) int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	return g.NewRecord(StoreOperationInfo[:], s, o)
}

// totalsOf are the exact numbers of one operation.
type totalsOf struct{ n, nanos, sent, read uint64 }

func (a *totalsOf) add(b totalsOf) {
	a.n += b.n
	a.nanos += b.nanos
	a.sent += b.sent
	a.read += b.read
}

func (s *snapshot) totalsOf(op Operation) totalsOf {
	o := &s.Ops[op]
	all := Everything(o.Tallies)
	return totalsOf{all.Count(), all.Nanos, o.Written, o.Read}
}

// hammer ends n operations on one stripe, with durations and sizes up to the
// limits given.
func hammer(r *Record, op Operation, n int, longest time.Duration, largest int) totalsOf {
	var want totalsOf
	st := &r.stripes[op][0]
	for i := range n {
		d, sent, read := time.Duration(rand.Int64N(int64(longest)+1)), rand.IntN(largest+1), rand.IntN(largest+1)
		st.Begin(sent)
		r.End(st, Slot(i%hotSlots), d, sent, read)
		want.add(totalsOf{1, uint64(d), uint64(sent), uint64(read)})
	}
	return want
}

// Words that fill up lose nothing: neither counts nor nanoseconds nor bytes,
// and none runs over into its neighbour.
func TestWordsFillUp(t *testing.T) {
	for name, c := range map[string]struct {
		n       int
		longest time.Duration
		largest int
	}{
		"one bucket":     {200_000, 5, 0},
		"wide buckets":   {200_000, 3 * time.Millisecond, 10},
		"large values":   {100_000, 100, 40_000},
		"huge values":    {10_000, 100, min(1<<31, math.MaxInt-1)},
		"everything":     {100_000, time.Minute, min(1<<33, math.MaxInt-1)},
		"long durations": {10_000, 1 << 62, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newTestRecord(t, Options{})
			var want totalsOf
			for range 3 {
				if c.longest < 1<<50 {
					want.add(hammer(r, OpGet, c.n, c.longest, c.largest))
				} else { // whose sum would not fit into a duration
					want.add(hammer(r, OpGet, 1, c.longest, c.largest))
				}
				if got := r.Ledger.snapshot(nil).totalsOf(OpGet); got != want {
					t.Fatalf("totals %+v, want %+v", got, want)
				}
			}
		})
	}
}

func TestWordsFillUpConcurrently(t *testing.T) {
	r := newTestRecord(t, Options{Sized: true})
	var mu sync.Mutex
	var want totalsOf
	var workers, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 8 {
		workers.Go(func() {
			mine := hammer(r, OpGet, 30_000, 2*time.Millisecond, 40_000)
			mu.Lock()
			defer mu.Unlock()
			want.add(mine)
		})
	}
	readers.Go(func() {
		for last := uint64(0); ; {
			s := r.Ledger.snapshot(nil)
			if got := s.totalsOf(OpGet).n; got < last || s.started < s.ended() {
				t.Errorf("%d operations ended after %d, of %d that began", got, last, s.started)
			} else {
				last = got
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	workers.Wait()
	close(stop)
	readers.Wait()
	s := r.Ledger.snapshot(nil)
	if got := s.totalsOf(OpGet); got != want {
		t.Errorf("totals %+v, want %+v", got, want)
	}
	var request, response uint64
	for i := range sizeBuckets {
		request += s.Ops[OpGet].Sizes.Request[i]
		response += s.Ops[OpGet].Sizes.Response[i]
	}
	if request != want.n || response != want.n {
		t.Errorf("%d and %d sizes, want %d", request, response, want.n)
	}
}

// An engine that breaks its contract cannot break the counts.
func TestNegativeSizes(t *testing.T) {
	r := newTestRecord(t, Options{})
	st := &r.stripes[OpGet][0]
	st.Begin(3)
	r.End(st, SlotOK, -5, 3, 0)
	if got, want := r.Ledger.snapshot(nil).totalsOf(OpGet), (totalsOf{1, 0, 3, 0}); got != want {
		t.Errorf("a clock that goes back: totals %+v, want %+v", got, want)
	}
}
