package record

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// While a reader has the lock, operations neither wait for it nor lose
// anything: as many as there like end in one bucket.
func TestWordsFillUpBehindALock(t *testing.T) {
	const goroutines, took, read = 20_000, 1_328_457 * time.Nanosecond, 17
	for name, s := range map[string]Slot{"hot": SlotOK, "slow": SlotAborted} {
		t.Run(name, func(t *testing.T) {
			r := newTestRecord(t, Options{})
			st := &r.stripes[OpGet][0]
			r.Ledger.mu.Lock()
			var operations sync.WaitGroup
			for range goroutines {
				operations.Go(func() {
					st.Begin(5)
					r.End(st, s, took, 5, read)
				})
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				operations.Wait()
			}()
			select {
			case <-done:
			case <-time.After(time.Minute):
				t.Error("operations wait for the lock")
			}
			r.Ledger.mu.Unlock()
			<-done
			want := totalsOf{goroutines, goroutines * uint64(took), goroutines * 5, goroutines * read}
			if got := r.Ledger.snapshot(nil); got.totalsOf(OpGet) != want || got.InFlight != 0 {
				t.Errorf("totals %+v with %d in flight, want %+v", got.totalsOf(OpGet), got.InFlight, want)
			}
		})
	}
}

// The same with a reader that reads all the time.
func TestWordsFillUpBesideAReader(t *testing.T) {
	const goroutines, took, read = 20_000, 1_328_457 * time.Nanosecond, 17
	r := newTestRecord(t, Options{})
	st := &r.stripes[OpGet][0]
	stop := make(chan struct{})
	var reader, operations sync.WaitGroup
	reader.Go(func() {
		for last := uint64(0); ; {
			select {
			case <-stop:
				return
			default:
			}
			s := r.Ledger.snapshot(nil)
			got := s.totalsOf(OpGet)
			if got.n < last || got.nanos != got.n*uint64(took) || got.read != got.n*read || s.started < got.n {
				t.Errorf("totals %+v of %d that began", got, s.started)
			}
			last = got.n
		}
	})
	for range goroutines {
		operations.Go(func() {
			for range 10 {
				st.Begin(5)
				r.End(st, SlotOK, took, 5, read)
			}
		})
	}
	operations.Wait()
	close(stop)
	reader.Wait()
	want := totalsOf{10 * goroutines, 10 * goroutines * uint64(took), 10 * goroutines * 5, 10 * goroutines * read}
	if got := r.Ledger.snapshot(nil).totalsOf(OpGet); got != want {
		t.Errorf("totals %+v, want %+v", got, want)
	}
}

// What a suspended goroutine has in its hand comes later and is never taken for
// operations in flight.
func TestWordInAHand(t *testing.T) {
	r := newTestRecord(t, Options{})
	st := &r.stripes[OpGet][0]
	for range 10 {
		st.Begin(1)
		r.End(st, SlotOK, 100, 1, 1)
	}
	bucket := r.layout.bucket(100)
	word := &st.pages[SlotOK][bucket>>pageBits].Load()[bucket&pageMask]
	st.hands.Add(1)
	inHand := word.Swap(0)
	if s := r.Ledger.snapshot(nil); s.InFlight != 0 || s.totalsOf(OpGet).n != 0 || s.started != 10 {
		t.Errorf("%d in flight, %d of %d ended, want 0 and 0 of 10", s.InFlight, s.totalsOf(OpGet).n, s.started)
	}
	p := r.layout.unpack(bucket, inHand)
	st.park(&p)
	st.hands.Add(-1)
	if s := r.Ledger.snapshot(nil); s.InFlight != 0 || s.totalsOf(OpGet).n != 10 {
		t.Errorf("%d in flight, %d ended, want 0 and 10", s.InFlight, s.totalsOf(OpGet).n)
	}
}

// Nobody reads, and the counters of the sizes fill up all the same.
func TestSizesFillUp(t *testing.T) {
	r := newTestRecord(t, Options{Sized: true})
	st := &r.stripes[OpGet][0]
	full := func() *atomic.Uint32 { return st.size(100, 100) }
	var want uint64
	for _, locked := range []bool{true, false} {
		full().Store(fullSize - 1)
		want += fullSize - 1
		if locked {
			r.Ledger.mu.Lock()
		}
		for range 3 {
			st.Begin(100)
			r.End(st, SlotOK, 100, 100, 100)
			want++
		}
		if locked {
			r.Ledger.mu.Unlock()
			r.Ledger.snapshot(nil)
		}
	}
	if n := full().Load(); n >= fullSize {
		t.Errorf("%d sizes are not in the totals", n)
	}
	s := r.Ledger.snapshot(nil).Ops[OpGet].Sizes
	if b := sizeBucket(100); s.Request[b] != want || s.Response[b] != want {
		t.Errorf("%d and %d sizes, want %d", s.Request[b], s.Response[b], want)
	}
}
