package kvpebble

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
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

// Pebble flushes what it finds in the log when it is opened, also when that is nothing, and
// calls it an error.
func TestEmptyFlushIsNoFailure(t *testing.T) {
	disk := vfs.NewCrashableMem()
	open := func(fs vfs.FS) (*pebble.DB, *Events, <-chan error) {
		events, flushed := NewEvents(), make(chan error, 16)
		db, err := pebble.Open("db", &pebble.Options{
			FS: fs, Logger: testLogger{t},
			EventListener: events.Listener(&pebble.EventListener{FlushEnd: func(info pebble.FlushInfo) { flushed <- info.Err }}),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db, events, flushed
	}
	db, _, _ := open(disk)
	if err := db.LogData([]byte("no entry"), pebble.Sync); err != nil {
		t.Fatal(err)
	}
	again, events, flushed := open(disk.CrashClone(vfs.CrashCloneCfg{}))
	if err := <-flushed; err == nil {
		t.Fatal("Pebble tells the flush of nothing as a good one: wroteNothing is not needed any more")
	}
	if got := events.seen(); got.flushFailures != 0 || got.flushes != 0 {
		t.Errorf("%v flushes and %v failures after one of nothing, want none", got.flushes, got.flushFailures)
	}
	if err := errors.Join(again.Set([]byte("key"), nil, pebble.Sync), again.Flush()); err != nil {
		t.Fatal(err)
	}
	if got := events.seen(); got.flushFailures != 0 || got.flushes != 1 {
		t.Errorf("%v flushes and %v failures after one of a key, want 1 and 0", got.flushes, got.flushFailures)
	}
}

type testLogger struct{ *testing.T }

func (l testLogger) Infof(format string, args ...any) { l.Logf(format, args...) }
