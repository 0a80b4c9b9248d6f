package kvpebble_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

func TestStatsNames(t *testing.T) {
	all := []string{
		"kvdb.engine.disk.size By gauge",
		"kvdb.engine.write_stalls {stall} counter",
		"kvdb.engine.write_stall.time s counter",
		"kvdb.engine.flushes {flush} counter",
		"kvdb.engine.flush.failures {flush} counter",
		"kvdb.engine.disk.slow {event} counter",
		"kvdb.engine.compactions {compaction} counter",
		"kvdb.engine.compaction.failures {compaction} counter",
		"kvdb.engine.compaction.debt By gauge",
		"kvdb.engine.l0.sublevels {sublevel} gauge",
		"kvdb.engine.read_amplification {level} gauge",
		"kvdb.engine.memtable.size By gauge",
		"kvdb.engine.wal.size By gauge",
		"kvdb.engine.wal.fsyncs {fsync} counter",
		"kvdb.engine.wal.fsync.time s counter",
		"kvdb.engine.cache.hits {access} counter",
		"kvdb.engine.cache.misses {access} counter",
		"kvdb.engine.failed  gauge",
		"kvdb.utilization.disk 1 gauge",
	}
	without := func(parts ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
			return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
		})
	}
	const events, slow, disk = "{flush}", "{event}", "utilization"
	for name, tt := range map[string]struct {
		store *kvpebble.Store
		want  []string
	}{
		"opened":              {open(t, t.TempDir(), nil), all},
		"opened in memory":    {open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: vfs.NewMem()}}), without(disk)},
		"borrowed":            {borrow(t, nil), without(events, slow, disk)},
		"borrowed, events":    {borrow(t, &kvpebble.Options{Events: kvpebble.NewEvents()}), without(disk)},
		"borrowed, directory": {borrow(t, &kvpebble.Options{Dir: t.TempDir()}), without(events, slow)},
		"borrowed, gone":      {borrow(t, &kvpebble.Options{Dir: filepath.Join(t.TempDir(), "gone")}), without(events, slow, disk)},
	} {
		for range 2 {
			if _, got := readStats(t, tt.store); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s: statistics\n%q, want\n%q", name, got, tt.want)
			}
		}
	}
}

func TestStatsValues(t *testing.T) {
	events := kvpebble.NewEvents()
	db, err := pebble.Open("db", &pebble.Options{
		FS: vfs.NewMem(), Logger: silent{t}, EventListener: events.Listener(nil), DisableAutomaticCompactions: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := kvpebble.New(db, &kvpebble.Options{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	fresh, _ := readStats(t, s)
	for i := range 4 {
		put(t, s, "key", strings.Repeat("v", 100+i))
		if wal, _ := readStats(t, s); wal["kvdb.engine.wal.size"] < 100 || wal["kvdb.engine.memtable.size"] < 100 {
			t.Errorf("after a write of 100 bytes: %v", wal)
		}
		if err := db.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	flushed, _ := readStats(t, s)
	for range 10 {
		wantValue(t, s, "key", strings.Repeat("v", 103))
	}
	if err := db.Compact(t.Context(), []byte("a"), []byte("z"), false); err != nil {
		t.Fatal(err)
	}
	compacted, _ := readStats(t, s)
	for name, rose := range map[string]bool{
		"kvdb.engine.flushes":             flushed["kvdb.engine.flushes"] == fresh["kvdb.engine.flushes"]+4,
		"kvdb.engine.disk.size":           flushed["kvdb.engine.disk.size"] > fresh["kvdb.engine.disk.size"],
		"kvdb.engine.l0.sublevels":        flushed["kvdb.engine.l0.sublevels"] >= 1 && compacted["kvdb.engine.l0.sublevels"] == 0,
		"kvdb.engine.read_amplification":  flushed["kvdb.engine.read_amplification"] >= 1 && compacted["kvdb.engine.read_amplification"] == 1,
		"kvdb.engine.compactions":         compacted["kvdb.engine.compactions"] > fresh["kvdb.engine.compactions"],
		"kvdb.engine.wal.fsyncs":          flushed["kvdb.engine.wal.fsyncs"] >= fresh["kvdb.engine.wal.fsyncs"]+4,
		"kvdb.engine.wal.fsync.time":      flushed["kvdb.engine.wal.fsync.time"] > fresh["kvdb.engine.wal.fsync.time"] && flushed["kvdb.engine.wal.fsync.time"] < 60,
		"kvdb.engine.failed":              compacted["kvdb.engine.failed"] == 0,
		"kvdb.engine.flush.failures":      compacted["kvdb.engine.flush.failures"] == 0,
		"kvdb.engine.compaction.failures": compacted["kvdb.engine.compaction.failures"] == 0,
		"kvdb.engine.cache.hits":          compacted["kvdb.engine.cache.hits"] > fresh["kvdb.engine.cache.hits"],
		"kvdb.engine.cache.misses":        compacted["kvdb.engine.cache.misses"] > fresh["kvdb.engine.cache.misses"],
	} {
		if !rose {
			t.Errorf("%s: %v fresh, %v after 4 flushes, %v after a compaction", name, fresh[name], flushed[name], compacted[name])
		}
	}
}

func TestStatsErrors(t *testing.T) {
	s := borrow(t, nil)
	dst := []float64{42}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := s.AppendStats(t.Context(), dst)
	if !errors.Is(err, kvdb.ErrClosed) || !reflect.DeepEqual(got, dst) {
		t.Errorf("AppendStats after Close = %v, %v", got, err)
	}
}

// usage is a filesystem of a certain size.
type usage struct {
	vfs.FS
	vfs.DiskUsage
	err error
}

func (u *usage) GetDiskUsage(string) (vfs.DiskUsage, error) { return u.DiskUsage, u.err }

func TestDiskUtilization(t *testing.T) {
	fs := &usage{FS: vfs.NewMem()}
	s := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: fs}})
	for _, tt := range []struct {
		name  string
		usage vfs.DiskUsage
		err   error
		want  float64 // below 0 is left out
	}{
		{"reserved blocks are neither used nor free", vfs.DiskUsage{TotalBytes: 100, UsedBytes: 76, AvailBytes: 19}, nil, 0.8},
		{"full", vfs.DiskUsage{TotalBytes: 100, UsedBytes: 95, AvailBytes: 0}, nil, 1},
		{"empty", vfs.DiskUsage{TotalBytes: 100, AvailBytes: 95}, nil, 0},
		{"no blocks", vfs.DiskUsage{}, nil, -1},
		{"no answer", vfs.DiskUsage{UsedBytes: 1}, errors.New("not mounted"), -1},
	} {
		fs.DiskUsage, fs.err = tt.usage, tt.err
		got, _ := readStats(t, s)
		value, ok := got["kvdb.utilization.disk"]
		if ok != (tt.want >= 0) || ok && value != tt.want {
			t.Errorf("%s: %v, %t, want %v", tt.name, value, ok, tt.want)
		}
	}
}

// stuckFlushes is a filesystem whose tables cannot be created until it is
// released.
type stuckFlushes struct {
	vfs.FS
	release chan struct{}
}

func (f *stuckFlushes) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if strings.HasSuffix(name, ".sst") {
		<-f.release
	}
	return f.FS.Create(name, category)
}

// A real stall: the flush of a small memtable hangs while writes go on. The
// listener counts it, and so does a borrowed handle without one.
func TestWriteStallIsCounted(t *testing.T) {
	t.Run("Open", func(t *testing.T) {
		testWriteStall(t, func(o *pebble.Options) *kvpebble.Store {
			return open(t, "db", &kvpebble.OpenOptions{NoSync: true, Pebble: o})
		})
	})
	t.Run("New", func(t *testing.T) {
		testWriteStall(t, func(o *pebble.Options) *kvpebble.Store {
			return borrowHandle(t, "db", o, &kvpebble.Options{NoSync: true})
		})
	})
}

func testWriteStall(t *testing.T, open func(*pebble.Options) *kvpebble.Store) {
	fs := &stuckFlushes{FS: vfs.NewMem(), release: make(chan struct{})}
	stalled := make(chan struct{})
	var ended atomic.Int64
	s := open(&pebble.Options{
		FS:           fs,
		MemTableSize: 256 << 10,
		EventListener: &pebble.EventListener{
			WriteStallBegin: func(pebble.WriteStallBeginInfo) { close(stalled) },
			WriteStallEnd:   func() { ended.Add(1) },
		},
	})
	done := make(chan error)
	var writers sync.WaitGroup
	go func() {
		value := bytes.Repeat([]byte{1}, 16<<10)
		for i := range 64 {
			select {
			case <-stalled:
				done <- nil
				return
			default:
			}
			if err := s.Put(t.Context(), []byte{byte(i)}, value); err != nil {
				done <- err
				return
			}
		}
		done <- errors.New("64 writes of 16 kB stalled nothing")
	}()
	select {
	case <-stalled:
	case err := <-done:
		t.Fatal(err)
	}
	for range 4 { // wait for the one that waits for room
		writers.Go(func() {
			if err := s.Put(t.Context(), []byte("k"), nil); err != nil {
				t.Error(err)
			}
		})
	}
	close(fs.release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	writers.Wait()
	got, _ := readStats(t, s)
	if ended.Load() != 1 || got["kvdb.engine.write_stalls"] != 1 || got["kvdb.engine.write_stall.time"] <= 0 {
		t.Errorf("%d stalls ended, %v counted in %v s, want one", ended.Load(), got["kvdb.engine.write_stalls"], got["kvdb.engine.write_stall.time"])
	}
}
