package fault

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// full is an engine that takes so many batches after each compaction, in which what is slow waits.
type full struct {
	kvdb.Store
	room    int
	slow    atomic.Pointer[func()]
	batches int
	longest time.Duration
}

func (e *full) Apply(context.Context, []kvdb.Mutation) error {
	began := time.Now()
	if e.batches++; e.batches%e.room == 0 {
		(*e.slow.Load())()
	} else {
		time.Sleep(100 * time.Millisecond) // a disk that is busy
	}
	e.longest = max(e.longest, time.Since(began))
	return nil
}

// TestHold: writes of each fill wait once, for as long as they should however long the fill has
// taken, and the fill is over then.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &full{Store: kvdb.NewMemory(nil), room: 30}
		w := &Switch{store: &Store{next: e}}
		f := w.newFiller(100*fillBatch*fillKey, compactEvery)
		ended := make(chan struct{})
		end := f.start(&e.slow, func() { f.hold(ended) })
		const cycle = 29*100*time.Millisecond + compactFor + compactEvery
		time.Sleep(2*cycle + 2*time.Second)
		close(ended)
		end()
		if e.longest < compactFor || e.longest > compactFor+100*time.Millisecond {
			t.Errorf("a write waited %v, want %v", e.longest, compactFor)
		}
		if want := 2*30 + 20; e.batches < want-2 || e.batches > want+2 {
			t.Errorf("%d batches were written, want %d", e.batches, want)
		}
	})
}

// TestHoldAtTheEnd: what nobody waits for does not go on.
func TestHoldAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := (&Switch{store: &Store{}}).newFiller(0, compactEvery)
		began := time.Now()
		f.hold(nil)
		if took := time.Since(began); took > 0 {
			t.Errorf("it waited %v beside no fill", took)
		}
		f.writing.Store(&began)
		ended := make(chan struct{})
		time.AfterFunc(compactFor/2, func() { close(ended) })
		f.hold(ended)
		if took := time.Since(began); took != compactFor/2 {
			t.Errorf("it ended after %v, and the fault after %v", took, compactFor/2)
		}
	})
}
