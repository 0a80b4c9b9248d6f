package fault

import (
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// eventually waits until ok says so.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("no sign of " + what)
		}
	}
}

// TestStall: writes wait for flushes, and no more once the fault has ended.
func TestStall(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *Store{"pebble": openPebble, "badger": openBadger} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testStall(t, open(t))
		})
	}
}

func testStall(t *testing.T, s *Store) {
	t.Helper()
	defer s.Close()
	end := turn(t, s, Stall)
	eventually(t, "a stall", func() bool { return stat(t, s, kvdb.StatWriteStallTime) > 0.5 })
	end()
	if err := s.Put(t.Context(), []byte("key"), nil); err != nil {
		t.Error(err)
	}
	eventually(t, "writes that do not wait", func() bool {
		before := stat(t, s, kvdb.StatWriteStallTime)
		(&filler{engine: s.next, bytes: memTable}).fill(t.Context())
		return stat(t, s, kvdb.StatWriteStallTime) == before
	})
	for entry := range scan(t, s) {
		if string(entry.Key) != "key" {
			t.Errorf("the fault has left the key %q", entry.Key)
		}
	}
}

func scan(t *testing.T, s kvdb.Store) func(func(kvdb.Entry, error) bool) {
	t.Helper()
	c, _ := kvdb.As[kvdb.Scanner](s)
	return c.Scan(t.Context(), kvdb.Range{})
}

// TestSlowDisk: Pebble tells of a disk that is slow, while writes do not wait.
func TestSlowDisk(t *testing.T) {
	t.Parallel()
	s := openPebble(t)
	defer s.Close()
	end := turn(t, s, SlowDisk)
	longest := time.Duration(0)
	eventually(t, "a slow disk", func() bool {
		began := time.Now()
		if err := s.Put(t.Context(), []byte("key"), nil); err != nil {
			t.Error(err)
		}
		longest = max(longest, time.Since(began))
		return stat(t, s, "kvdb.engine.disk.slow") > 0
	})
	end()
	if n := stat(t, s, "kvdb.engine.write_stalls"); n > 0 || longest > slowFor/2 {
		t.Errorf("%v writes stalled, and one took %v", n, longest)
	}
}

// TestOldRead: a read transaction is open until the fault ends, and holds up nobody.
func TestOldRead(t *testing.T) {
	t.Parallel()
	s := openBolt(t)
	defer s.Close()
	const age = "kvdb.engine.read_transaction.oldest_age"
	end := turn(t, s, OldRead)
	eventually(t, "an old read", func() bool { return stat(t, s, age) > 0.2 })
	for i := range byte(100) { // more than the first mapping of a file
		if err := s.Put(t.Context(), []byte{i}, make([]byte, 100_000)); err != nil {
			t.Fatal(err)
		}
	}
	end()
	if got := stat(t, s, age); got != 0 {
		t.Errorf("the read is %v s old after the fault", got)
	}
}

// TestFreelist: the list of free pages is long until the fault ends, and the data stay what they are.
func TestFreelist(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/test.db"
	s, err := OpenBolt(path, &kvbolt.OpenOptions{NoSync: true}, true)
	if err != nil {
		t.Fatal(err)
	}
	for i := range byte(100) {
		if err := s.Put(t.Context(), []byte{i}, make([]byte, 10_000)); err != nil {
			t.Fatal(err)
		}
	}
	const (
		size  = "kvdb.engine.freelist.size"
		bytes = 256 << 20
	)
	w, err := s.Start(Program{Calls: s, free: bytes}, Fault{Kind: Freelist})
	if err != nil {
		t.Fatal(err)
	}
	const pages = bytes / 4096
	for range 2 {
		eventually(t, "a long list", func() bool { return stat(t, s, size) > 8*pages })
		if err := w.Set(Fault{}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the end of it", func() bool { return stat(t, s, size) < pages })
		eventually(t, "the space that is given back", func() bool { return blocks(t, path) < bytes/8 })
		if err := w.Set(Fault{Kind: Freelist}); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	for i := range byte(100) {
		if value, err := s.Get(t.Context(), []byte{i}); err != nil || len(value) != 10_000 {
			t.Errorf("key %d: %d bytes, %v", i, len(value), err)
		}
	}
	if v, ok := kvdb.As[*kvbolt.Store](s); !ok || v.Verify(t.Context()) != nil {
		t.Error("the file is damaged")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
