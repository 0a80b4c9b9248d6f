package kvpebble

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

func TestEventsCountStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := NewEvents()
		l := e.Listener(nil)
		want := func(stalls int64, total time.Duration) {
			t.Helper()
			if got := e.seen(); got.stalls != float64(stalls) || got.stalled != total.Seconds() {
				t.Errorf("%v stalls of %v s, want %d of %v", got.stalls, got.stalled, stalls, total)
			}
		}
		want(0, 0)
		l.WriteStallEnd() // of a stall that began before the listener
		want(0, 0)
		l.WriteStallBegin(pebble.WriteStallBeginInfo{})
		time.Sleep(2 * time.Second)
		want(1, 2*time.Second) // while it lasts
		time.Sleep(time.Second)
		l.WriteStallEnd()
		time.Sleep(time.Minute)
		want(1, 3*time.Second)
		l.WriteStallBegin(pebble.WriteStallBeginInfo{})
		l.WriteStallBegin(pebble.WriteStallBeginInfo{})
		time.Sleep(time.Second)
		l.WriteStallEnd()
		time.Sleep(time.Second)
		l.WriteStallEnd()
		want(3, 5*time.Second) // two at once last as long as their union
	})
}

func TestEventsListenerComposes(t *testing.T) {
	var begins, ends, flushes int
	user := &pebble.EventListener{
		WriteStallBegin: func(pebble.WriteStallBeginInfo) { begins++ },
		WriteStallEnd:   func() { ends++ },
		FlushEnd:        func(pebble.FlushInfo) { flushes++ },
	}
	e := NewEvents()
	l := e.Listener(user)
	l.WriteStallBegin(pebble.WriteStallBeginInfo{})
	l.WriteStallEnd()
	l.FlushEnd(pebble.FlushInfo{})
	if begins != 1 || ends != 1 || flushes != 1 {
		t.Errorf("the user's listener got %d, %d, %d calls, want one each", begins, ends, flushes)
	}
	if l.DataCorruption != nil {
		t.Error("a callback that the user left to Pebble's default is set")
	}
	user.WriteStallBegin(pebble.WriteStallBeginInfo{})
	if n := e.seen().stalls; n != 1 {
		t.Errorf("%v stalls, want 1: the user's listener was changed", n)
	}
}
