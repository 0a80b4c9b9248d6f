package kvbadger

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// A value log whose values are replaced is collected, and statistics tell of its garbage
// before.
func TestCollect(t *testing.T) {
	b := badger.DefaultOptions("").WithMemTableSize(1 << 20).WithValueThreshold(1 << 10).WithValueLogFileSize(1 << 20).
		WithCompactL0OnClose(true)
	dir := t.TempDir()
	s, err := Open(dir, &OpenOptions{NoSync: true, Badger: &b})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	value := bytes.Repeat([]byte("v"), 4<<10)
	for round := range 4 {
		for i := range 500 {
			if err := s.Put(ctx, fmt.Append(nil, "key ", i), append(value, byte(round))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil { // which flushes what is in memory, and compacts it
		t.Fatal(err)
	}
	if s, err = Open(dir, &OpenOptions{NoSync: true, GarbageInterval: time.Hour, Badger: &b}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	before := s.dirs.read()
	if before.garbage < float64(3*500*len(value)/2) || before.values < before.garbage {
		t.Fatalf("before: %+v, want garbage of at least half of what was replaced", before)
	}
	s.collector.collect(s.db, 0.5)
	after := s.dirs.read()
	if n := s.collector.rewrites.Load(); n == 0 || after.garbage >= before.garbage || after.valueFiles >= before.valueFiles {
		t.Errorf("after %d rewrites: %+v, before: %+v", n, after, before)
	}
	got, err := s.Get(ctx, []byte("key 7"))
	if err != nil || !bytes.Equal(got, append(value, 3)) {
		t.Errorf("a value became %d bytes, %v", len(got), err)
	}
	if n := s.collector.failures.Load(); n != 0 {
		t.Errorf("%d rewrites failed", n)
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
