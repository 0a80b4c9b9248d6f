package kvbadger_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
)

// The lines that are passed on have numbers and durations, but no keys, and no text
// that may hold one.
func TestLinesWithoutKeys(t *testing.T) {
	next := &lines{}
	logger := kvbadger.NewEvents().Logger(next)
	logger.Errorf("Unable to read: Key: %v, Version : %v, meta: %v, userMeta: %v Error: %v", []byte("secret"), uint64(5), byte(2), byte(0), syscall.EIO)
	logger.Warningf("[Compactor: %d] LOG Compact FAILED with error: %+v: %+v", 1, errors.New("a table from secret"), struct{ key string }{"secret"})
	logger.Infof("L0 was stalled for %s\n", 2*time.Second)
	logger.Infof("This Range (numTables: %d)\nLeft:\n%s\n", 3, "secret")
	logger.Infof("100% sure")
	logger.Debugf("First key=%q\n", []byte("secret"))
	logger.Errorf("CHECKSUM_MISMATCH: from secret to secret")
	want := `error Unable to read: Key: ×, Version : 5, meta: 2, userMeta: 0 Error: input/output error
warning [Compactor: 1] LOG Compact FAILED with error: the engine says why in words that may quote keys: ×
info L0 was stalled for 2s
info This Range (numTables: 3)
Left:
×
info 100% sure
debug First key=×
error CHECKSUM_MISMATCH
`
	if got := next.String(); got != want {
		t.Errorf("the lines are\n%s, want\n%s", got, want)
	}
	kvbadger.NewEvents().Logger(nil).Errorf("nobody reads %s", "this")
	(*kvbadger.Events)(nil).Logger(next).Errorf("nobody counts this")
}

// What the lines tell is counted.
func TestEventsAreCounted(t *testing.T) {
	events := kvbadger.NewEvents()
	db := openBadger(t, badger.DefaultOptions(t.TempDir()).WithLogger(events.Logger(nil)))
	s := borrow(t, db, &kvbadger.Options{Events: events})
	db.Opts().Logger.Debugf("[Compactor: %d] Compaction for level: %d DONE", 1, 0)
	db.Opts().Logger.Warningf("[Compactor: %d] LOG Compact FAILED with error: %+v: %+v", 1, errors.New("x"), nil)
	db.Opts().Logger.Infof("L0 was stalled for %s\n", 1500*time.Millisecond)
	db.Opts().Logger.Infof("L0 was stalled for %s\n", 2*time.Second)
	values, _ := readStats(t, s)
	for name, want := range map[string]float64{
		"kvdb.engine.compactions": 1, "kvdb.engine.compaction.failures": 1, "kvdb.engine.l0.stalls": 2,
		"kvdb.engine.l0.stall.time": 3.5, "kvdb.engine.flush.failures": 0,
	} {
		if values[name] != want {
			t.Errorf("%s is %v, want %v", name, values[name], want)
		}
	}
	if got := notices(t, s); len(got) > 0 {
		t.Errorf("there are notices: %v", got)
	}
}

// A borrowed handle without events says what is not known.
func TestWithoutEvents(t *testing.T) {
	s := borrow(t, openBadger(t, badger.DefaultOptions(t.TempDir()).WithLogger(nil)), nil)
	got := notices(t, s)
	if len(got) != 1 || got[0].Name != kvdb.NoticeStatsMissing || !strings.Contains(got[0].Text, "kvbadger.NewEvents()") {
		t.Errorf("the notices are %v", got)
	}
	values, list := readStats(t, s)
	for _, name := range []string{"kvdb.engine.compactions", "kvdb.engine.flush.failures", "kvdb.engine.l0.stall.time"} {
		if _, ok := values[name]; ok {
			t.Errorf("%s is known: %v of %v", name, values[name], list)
		}
	}
}

// Badger acknowledges writes that its value log could not sync. The store does not, and
// takes no more.
func TestValueLogNotSynced(t *testing.T) {
	events := kvbadger.NewEvents()
	db := openBadger(t, badger.DefaultOptions(t.TempDir()).WithLogger(events.Logger(nil)))
	s := borrow(t, db, &kvbadger.Options{Events: events})
	put(t, s, "k", "v")
	db.Opts().Logger.Errorf("Error while curlf sync: %v\n", syscall.EIO)
	key := []byte("k")
	wantKind(t, "Put", s.Put(t.Context(), key, nil), kvdb.ErrEngineFailed)
	wantKind(t, "Ping", s.Ping(t.Context()), kvdb.ErrEngineFailed)
	wantKind(t, "Update", s.Update(t.Context(), func(txn kvdb.Txn) error { return txn.Put(t.Context(), key, nil) }), kvdb.ErrEngineFailed)
	wantValue(t, s, "k", "v")
	if values, _ := readStats(t, s); values[kvdb.StatFailed] != 1 {
		t.Errorf("the statistics say %v", values[kvdb.StatFailed])
	}
	got := notices(t, s)
	if i := slices.IndexFunc(got, func(n kvdb.Notice) bool { return n.Name == kvdb.NoticeEngineFailed }); i < 0 || got[i].Level != kvdb.NoticeError {
		t.Errorf("the notices are %v", got)
	}
	// What was told before there was a store is not lost.
	early := kvbadger.NewEvents()
	early.Logger(nil).Errorf("Error while curlf sync: %v\n", syscall.EIO)
	late := borrow(t, db, &kvbadger.Options{Events: early})
	wantKind(t, "Put of a store that came later", late.Put(t.Context(), key, nil), kvdb.ErrEngineFailed)
}

// Every store of a handle learns that its value log could not be synced, and so does one
// that is made after another one has learnt it.
func TestValueLogNotSyncedForAllStores(t *testing.T) {
	events := kvbadger.NewEvents()
	db := openBadger(t, badger.DefaultOptions(t.TempDir()).WithLogger(events.Logger(nil)))
	opts, key := &kvbadger.Options{Events: events}, []byte("k")
	first, second := borrow(t, db, opts), borrow(t, db, opts)
	closed, err := kvbadger.New(db, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	db.Opts().Logger.Errorf("Error while curlf sync: %v\n", syscall.EIO)
	for name, s := range map[string]*kvbadger.Store{"first": first, "second": second, "later": borrow(t, db, opts)} {
		wantKind(t, "Put of the "+name+" store", s.Put(t.Context(), key, nil), kvdb.ErrEngineFailed)
	}
	if got := notices(t, closed); len(got) > 0 {
		t.Errorf("a closed store has notices: %v", got)
	}
}

// While tables cannot be flushed, writes are refused in place of waiting with reads
// behind them, and Close gives up in time. The engine is closed once they can.
func TestFlushFails(t *testing.T) {
	dir := newPath(t)
	opts := small()
	opts.Badger.MemTableSize, opts.Badger.NumMemtables = 1<<20, 2
	opts.Badger.ValueThreshold = 64 << 10
	s, ctx := open(t, dir, opts), t.Context()
	put(t, s, "k", "v")
	away := dir + ".away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		err = s.Put(ctx, fmt.Append(nil, i), make([]byte, 32<<10))
	}
	if e, ok := errors.AsType[*kvdb.Error](err); !ok || !strings.Contains(err.Error(), "no such file or directory") || strings.Contains(err.Error(), dir) {
		t.Fatalf("a write ended with %v (%v), want the reason of the flush", err, e)
	}
	err = s.Close()
	if err == nil || !strings.Contains(err.Error(), "memory tables cannot be flushed") {
		t.Errorf("Close: %v", err)
	}
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	wantFree(t, dir)
	wantValue(t, open(t, dir, opts), "k", "v")
}

// wantFree waits until nobody has the database open.
func wantFree(t *testing.T, dir string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		s, err := kvbadger.Open(dir, small())
		if err == nil {
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			return
		}
		if t.Context().Err() != nil || !errors.Is(err, kvdb.ErrUnavailable) {
			t.Fatal(err)
		}
	}
}
