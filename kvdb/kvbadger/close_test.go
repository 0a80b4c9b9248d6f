package kvbadger

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// While a call is stuck in the engine because flushes fail, Close gives up, and the
// engine is closed once the call has returned.
func TestCloseWithStuckCall(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, &OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	s.guard.enter()
	synctest.Test(t, func(t *testing.T) {
		failed := error(syscall.EIO)
		s.events.failed.Store(&failed)
		s.events.failedAt.Store(time.Now().UnixNano())
		if err := s.Close(); !errors.Is(err, syscall.EIO) {
			t.Errorf("Close: %v, want the flush's", err)
		}
		if s.db.IsClosed() {
			t.Error("the engine was closed with a call inside")
		}
		s.guard.leave()
	})
	if !s.db.IsClosed() {
		t.Fatal("the engine stays open")
	}
	if s, err = Open(dir, nil); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s, nil)
}

// Close of a store on a borrowed handle, which tells nothing, ends.
func TestCloseBorrowedWithStuckCall(t *testing.T) {
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(db, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.guard.enter()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := s.Close(); !errors.Is(err, kvdb.ErrTimeout) {
			t.Errorf("Close: %v", err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("Close took %v", took)
		}
		s.guard.leave()
	})
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
