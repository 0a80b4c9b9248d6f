package kvbadger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// live is how many keys of a store with garbage were written once, at first.
const live = 100

func liveKey(i int) []byte { return fmt.Append(nil, "live ", i) }

// withGarbage returns a directory with a database of which most of the value log is garbage,
// options for it, and the values: one byte of the last round is behind them.
func withGarbage(t *testing.T) (dir string, b badger.Options, value []byte) {
	t.Helper()
	b = badger.DefaultOptions("").WithMemTableSize(1 << 20).WithValueThreshold(1 << 10).WithValueLogFileSize(1 << 20).
		WithCompactL0OnClose(true)
	dir = t.TempDir()
	s, err := Open(dir, &OpenOptions{NoSync: true, Badger: &b})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	value = bytes.Repeat([]byte("v"), 4<<10)
	for round := range 4 {
		for i := range 500 {
			if err := s.Put(ctx, fmt.Append(nil, "key ", i), append(value, byte(round))); err != nil {
				t.Fatal(err)
			}
			if round == 0 && i < live {
				if err := s.Put(ctx, liveKey(i), value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := s.Close(); err != nil { // which flushes what is in memory, and compacts it
		t.Fatal(err)
	}
	return dir, b, value
}

// openGarbage opens such a database with a collector that waits.
func openGarbage(t *testing.T, dir string, b *badger.Options, l Logger) *Store {
	t.Helper()
	s, err := Open(dir, &OpenOptions{NoSync: true, GarbageInterval: time.Hour, Badger: b, Logger: l})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t *testing.T, s *Store, want error) {
	t.Helper()
	if err := s.Close(); !errors.Is(err, want) {
		t.Errorf("Close: %v, want %v", err, want)
	}
}

// liveValues returns how many of the live values can be read.
func liveValues(t *testing.T, s *Store, value []byte) (n int) {
	t.Helper()
	for i := range live {
		if got, err := s.Get(t.Context(), liveKey(i)); err == nil && bytes.Equal(got, value) {
			n++
		}
	}
	return n
}

// A value log whose values are replaced is collected, and statistics tell of its garbage
// before.
func TestCollect(t *testing.T) {
	dir, b, value := withGarbage(t)
	s := openGarbage(t, dir, &b, nil)
	defer closeStore(t, s, nil)
	before := s.dirs.read()
	if before.garbage < float64(3*500*len(value)/2) || before.values < before.garbage {
		t.Fatalf("before: %+v, want garbage of at least half of what was replaced", before)
	}
	s.collector.collect(s, 0.5)
	after := s.dirs.read()
	if n := s.collector.rewrites.Load(); n == 0 || after.garbage >= before.garbage || after.valueFiles >= before.valueFiles {
		t.Errorf("after %d rewrites: %+v, before: %+v", n, after, before)
	}
	got, err := s.Get(t.Context(), []byte("key 7"))
	if err != nil || !bytes.Equal(got, append(value, 3)) {
		t.Errorf("a value became %d bytes, %v", len(got), err)
	}
	if n := liveValues(t, s, value); n != live {
		t.Errorf("%d values of %d are left", n, live)
	}
	if n := s.collector.failures.Load(); n != 0 {
		t.Errorf("%d rewrites failed", n)
	}
}

// A file of the value log with a damaged record is kept, because Badger would delete what is
// behind the record, and so is every other one from then on.
func TestCollectKeepsDamagedFiles(t *testing.T) {
	dir, b, value := withGarbage(t)
	first := logPath(dir, 1)
	content, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(first, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openGarbage(t, dir, &b, nil)
	defer closeStore(t, s, nil)
	for range 2 {
		s.collector.collect(s, 0.1)
		if n := liveValues(t, s, value); n < live-1 {
			t.Errorf("%d values of %d are left", n, live)
		}
		if n := s.collector.failures.Load(); n != 1 {
			t.Errorf("%d rewrites failed, want the first that met the damage", n)
		}
	}
	if _, err := os.Stat(first); err != nil {
		t.Error(err)
	}
	wantGarbageKept(t, s)
}

func wantGarbageKept(t *testing.T, s *Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := 0
	for notice := range s.Notices(ctx) {
		if notice.Name == noticeGarbageKept {
			n++
		}
	}
	if n != 1 {
		t.Errorf("there are %d notices of it", n)
	}
}

// Once a value could not be read, nothing is collected.
func TestCollectEndsWithLostValue(t *testing.T) {
	dir, b, _ := withGarbage(t)
	if err := os.Remove(logPath(dir, 1)); err != nil {
		t.Fatal(err)
	}
	s := openGarbage(t, dir, &b, nil)
	defer closeStore(t, s, nil)
	if _, err := s.Get(t.Context(), liveKey(1)); !errors.Is(err, kvdb.ErrCorruption) {
		t.Fatal(err)
	}
	s.collector.collect(s, 0.5)
	if n := s.collector.rewrites.Load(); n != 0 {
		t.Errorf("%d files were rewritten", n)
	}
	wantGarbageKept(t, s)
}

// A failing is a logger that calls a function when a file is about to be deleted.
type failing struct{ fail func() }

func (f *failing) Errorf(string, ...any) {}
func (f *failing) Warnf(string, ...any)  {}
func (f *failing) Debugf(string, ...any) {}
func (f *failing) Infof(format string, _ ...any) {
	if strings.HasPrefix(format, "Removing fid") {
		f.fail()
	}
}

// A file is deleted only when what was moved out of it is durable.
func TestCollectNotSynced(t *testing.T) {
	dir, b, value := withGarbage(t)
	logger := &failing{}
	s := openGarbage(t, dir, &b, logger)
	logger.fail = func() { s.events.tellFailure(syscall.EIO) }
	before := s.dirs.read().valueFiles
	for range 2 {
		s.collector.collect(s, 0.5)
		if n := s.collector.rewrites.Load(); n != 0 {
			t.Errorf("%d files were rewritten", n)
		}
		if n := s.collector.failures.Load(); n != 1 {
			t.Errorf("%d rewrites failed, want the first", n)
		}
	}
	if after := s.dirs.read().valueFiles; after < before {
		t.Errorf("of %v files %v are left", before, after)
	}
	closeStore(t, s, kvdb.ErrEngineFailed)
	s = openGarbage(t, dir, &b, nil)
	defer closeStore(t, s, nil)
	s.collector.collect(s, 0.5)
	if n := liveValues(t, s, value); n != live {
		t.Errorf("%d values of %d are left", n, live)
	}
	if s.collector.rewrites.Load() == 0 || s.collector.failures.Load() != 0 {
		t.Error("the next store does not collect")
	}
}

// A store that collects all the time closes in time, and collects by its own clock.
func TestCollectorRuns(t *testing.T) {
	s, err := Open(t.TempDir(), &OpenOptions{NoSync: true, GarbageInterval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), []byte("k"), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	select {
	case <-s.collector.done:
	default:
		t.Error("the collector runs after Close")
	}
}
