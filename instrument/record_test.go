package instrument

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

func newTestRecord(t testing.TB, o recordOptions) *record {
	t.Helper()
	s := newSeries(kvdb.Info{System: "memory"}, "memory", failureNames(nil), nil)
	g, err := newRecordRegistry(nil, false, func(*record, *operationInfo, int, int) int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	return g.newRecord(storeOperationInfo[:], s, o)
}

// totalsOf are the exact numbers of one operation.
type totalsOf struct{ n, nanos, sent, read uint64 }

func (a *totalsOf) add(b totalsOf) {
	a.n += b.n
	a.nanos += b.nanos
	a.sent += b.sent
	a.read += b.read
}

func (s *snapshot) totalsOf(op operation) totalsOf {
	o := &s.ops[op]
	all := everything(o.tallies)
	return totalsOf{all.count(), all.nanos, o.written, o.read}
}

// hammer ends n operations on one stripe, with durations and sizes up to the
// limits given.
func hammer(r *record, op operation, n int, longest time.Duration, largest int) totalsOf {
	var want totalsOf
	st := &r.stripes[op][0]
	for i := range n {
		d, sent, read := time.Duration(rand.Int64N(int64(longest)+1)), rand.IntN(largest+1), rand.IntN(largest+1)
		st.begin(sent)
		r.end(st, slot(i%hotSlots), d, sent, read)
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
			r := newTestRecord(t, recordOptions{})
			var want totalsOf
			for range 3 {
				if c.longest < 1<<50 {
					want.add(hammer(r, opGet, c.n, c.longest, c.largest))
				} else { // whose sum would not fit into a duration
					want.add(hammer(r, opGet, 1, c.longest, c.largest))
				}
				if got := r.ledger.snapshot(nil).totalsOf(opGet); got != want {
					t.Fatalf("totals %+v, want %+v", got, want)
				}
			}
		})
	}
}

func TestWordsFillUpConcurrently(t *testing.T) {
	r := newTestRecord(t, recordOptions{sized: true})
	var mu sync.Mutex
	var want totalsOf
	var workers, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 8 {
		workers.Go(func() {
			mine := hammer(r, opGet, 30_000, 2*time.Millisecond, 40_000)
			mu.Lock()
			defer mu.Unlock()
			want.add(mine)
		})
	}
	readers.Go(func() {
		for last := uint64(0); ; {
			s := r.ledger.snapshot(nil)
			if got := s.totalsOf(opGet).n; got < last || s.started < s.ended() {
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
	s := r.ledger.snapshot(nil)
	if got := s.totalsOf(opGet); got != want {
		t.Errorf("totals %+v, want %+v", got, want)
	}
	var request, response uint64
	for i := range sizeBuckets {
		request += s.ops[opGet].sizes.request[i]
		response += s.ops[opGet].sizes.response[i]
	}
	if request != want.n || response != want.n {
		t.Errorf("%d and %d sizes, want %d", request, response, want.n)
	}
}

// An engine that breaks its contract cannot break the counts.
func TestNegativeSizes(t *testing.T) {
	r := newTestRecord(t, recordOptions{})
	st := &r.stripes[opGet][0]
	st.begin(3)
	r.end(st, slotOK, -5, 3, 0)
	if got, want := r.ledger.snapshot(nil).totalsOf(opGet), (totalsOf{1, 0, 3, 0}); got != want {
		t.Errorf("a clock that goes back: totals %+v, want %+v", got, want)
	}
}
