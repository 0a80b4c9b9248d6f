package kvpebble_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// fullDisk returns a filesystem on mem that refuses to write files with one of
// the suffixes while the toggle is on.
func fullDisk(mem vfs.FS, suffixes ...string) (vfs.FS, *errorfs.Toggle) {
	return refusing(mem, syscall.ENOSPC, suffixes...)
}

// refusing is fullDisk with another error.
func refusing(mem vfs.FS, n syscall.Errno, suffixes ...string) (vfs.FS, *errorfs.Toggle) {
	full := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
		for _, s := range suffixes {
			if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && strings.Contains(op.Path, s) {
				return &fs.PathError{Op: "write", Path: op.Path, Err: n}
			}
		}
		return nil
	})}
	return errorfs.Wrap(mem, full), full
}

// A write that the log has no room for is an error; the store then serves
// reads only, closes, and has what it acknowledged when it is opened again.
func TestFullDisk(t *testing.T) {
	for _, logger := range []pebble.Logger{nil, &recorder{}} {
		mem := vfs.NewMem()
		fs, full := fullDisk(mem, ".log")
		s := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: fs, Logger: logger}})
		put(t, s, "before", "1")
		full.On()
		ctx := t.Context()
		for name, err := range map[string]error{
			"first Put": s.Put(ctx, []byte("lost"), []byte("2")),
			"next Put":  s.Put(ctx, []byte("lost"), []byte("2")),
			"Delete":    s.Delete(ctx, []byte("before")),
			"Apply":     s.Apply(ctx, []kvdb.Mutation{{Key: []byte("lost")}}),
			"Ping":      s.Ping(ctx),
		} {
			var path interface{ Timeout() bool } // *fs.PathError, as the cause
			if _, ok := err.(*kvdb.Error); !ok || !errors.Is(err, kvdb.ErrEngineFailed) || !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &path) {
				t.Errorf("%s on a full disk: %v, want ErrEngineFailed with its cause", name, err)
			}
		}
		full.Off()
		if err := s.Put(ctx, []byte("lost"), nil); !errors.Is(err, kvdb.ErrEngineFailed) {
			t.Errorf("Put after the log has failed: %v, want ErrEngineFailed", err)
		}
		wantValue(t, s, "before", "1")
		if got, _ := readStats(t, s); got[kvdb.StatFailed] != 1 {
			t.Errorf("%s is %v after the log has failed, want 1", kvdb.StatFailed, got[kvdb.StatFailed])
		}
		if err := s.Close(); !errors.Is(err, kvdb.ErrEngineFailed) {
			t.Errorf("Close: %v, want ErrEngineFailed", err)
		}
		s = open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: mem}})
		wantValue(t, s, "before", "1")
		put(t, s, "after", "3")
	}
}

// Many writers at once, of small and large values, with and without syncs:
// each returns, and what was acknowledged while the disk was written is there.
func TestFullDiskUnderLoad(t *testing.T) {
	for _, size := range []int{1, 16 << 10, 200 << 10} {
		for _, noSync := range []bool{false, true} {
			t.Run(fmt.Sprintf("size=%d,nosync=%t", size, noSync), func(t *testing.T) { fillDisk(t, size, noSync) })
		}
	}
}

func fillDisk(t *testing.T, size int, noSync bool) {
	mem := vfs.NewMem()
	fs, full := fullDisk(mem, ".log")
	s := open(t, "db", &kvpebble.OpenOptions{NoSync: noSync, Pebble: &pebble.Options{FS: fs, MemTableSize: 256 << 10}})
	var wg sync.WaitGroup
	acked := make([]int, 8)
	value := strings.Repeat("v", size)
	for i := range acked {
		wg.Go(func() {
			for n := 0; ; n++ {
				if i == 0 && n == 5 {
					full.On()
				}
				err := s.Put(t.Context(), fmt.Appendf(nil, "%d/%d", i, n), []byte(value))
				if err != nil {
					if !errors.Is(err, kvdb.ErrEngineFailed) {
						t.Errorf("Put: %v, want ErrEngineFailed", err)
					}
					return
				}
				acked[i] = n + 1
			}
		})
	}
	wg.Wait()
	if err := s.Close(); !errors.Is(err, kvdb.ErrEngineFailed) {
		t.Errorf("Close: %v, want ErrEngineFailed", err)
	}
	full.Off()
	s = open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: mem}})
	for i, n := range acked {
		for k := range n {
			if !noSync {
				wantValue(t, s, fmt.Sprintf("%d/%d", i, k), value)
			}
		}
	}
	put(t, s, "after", "1")
}

// While there is no space to flush to, or no descriptor, writes fail at once, and
// reads go on. Once there is, writes go on by themselves.
func TestFlushThatStarves(t *testing.T) {
	t.Run("space", func(t *testing.T) { starveFlushes(t, syscall.ENOSPC, kvdb.ErrNoSpace) })
	t.Run("descriptors", func(t *testing.T) { starveFlushes(t, syscall.EMFILE, kvdb.ErrUnavailable) })
}

func starveFlushes(t *testing.T, n syscall.Errno, kind error) {
	fs, full := refusing(vfs.NewMem(), n, ".sst")
	flushed := make(chan struct{})
	var tell sync.Once
	s := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{
		FS:                          fs,
		MemTableSize:                256 << 10,
		MemTableStopWritesThreshold: 1000, // the flush fails before a write waits
		EventListener: &pebble.EventListener{FlushEnd: func(info pebble.FlushInfo) {
			if info.Err == nil {
				tell.Do(func() { close(flushed) })
			}
		}},
	}})
	full.On()
	var err error
	for i := 0; err == nil; i++ {
		err = s.Put(t.Context(), []byte{byte(i)}, make([]byte, 4<<10))
	}
	if !errors.Is(err, kind) || !errors.Is(err, n) {
		t.Fatalf("Put: %v, want %v", err, kind)
	}
	if err := s.Apply(t.Context(), []kvdb.Mutation{{Key: []byte("k")}}); !errors.Is(err, kind) {
		t.Errorf("Apply: %v, want %v", err, kind)
	}
	if _, err := s.Get(t.Context(), []byte{0}); err != nil {
		t.Errorf("Get: %v", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if got, _ := readStats(t, s); got["kvdb.engine.flushes"] != 0 || got["kvdb.engine.flush.failures"] < 1 || got[kvdb.StatFailed] != 0 {
		t.Errorf("on a full disk: %v flushes, %v failures, failed %v, want none, some, and 0",
			got["kvdb.engine.flushes"], got["kvdb.engine.flush.failures"], got[kvdb.StatFailed])
	}
	full.Off()
	<-flushed
	put(t, s, "after", "1")
	if got, _ := readStats(t, s); got["kvdb.engine.flushes"] < 1 {
		t.Errorf("with room: %v flushes, want some", got["kvdb.engine.flushes"])
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// A compaction that finds no space is not counted as one that was done.
func TestCompactionOnFullDisk(t *testing.T) {
	fs, full := fullDisk(vfs.NewMem(), ".sst")
	db, err := pebble.Open("db", &pebble.Options{FS: fs, Logger: silent{t}, DisableAutomaticCompactions: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := kvpebble.New(db, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"1", "2"} {
		put(t, s, "a", value)
		put(t, s, "z", value)
		if err := db.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	want := func(when string, done, failed float64) {
		t.Helper()
		got, _ := readStats(t, s)
		if got["kvdb.engine.compactions"] != done || (got["kvdb.engine.compaction.failures"] > 0) != (failed > 0) {
			t.Errorf("%s: %v compactions, %v failures, want %v and %v", when, got["kvdb.engine.compactions"], got["kvdb.engine.compaction.failures"], done, failed)
		}
	}
	want("before", 0, 0)
	full.On()
	if err := db.Compact(t.Context(), []byte("a"), []byte("zz"), false); err == nil {
		t.Error("a compaction works without space")
	}
	want("on a full disk", 0, 1)
	full.Off()
	if err := db.Compact(t.Context(), []byte("a"), []byte("zz"), false); err != nil {
		t.Error(err)
	}
	want("with room", 1, 1)
}

// A manifest that cannot be written when the store is created is an error of
// Open.
func TestOpenOnFullDisk(t *testing.T) {
	for _, suffix := range []string{"MANIFEST", ".log", "marker"} {
		fs, full := fullDisk(vfs.NewMem(), suffix)
		full.On()
		s, err := kvpebble.Open("db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: fs}})
		if s != nil || !errors.Is(err, kvdb.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: Open = %v, %v, want ErrNoSpace", suffix, s, err)
		}
		if s != nil {
			_ = s.Close()
		}
	}
}

// stored returns a directory with one flushed table.
func stored(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir, nil)
	for i := range 100 {
		put(t, s, fmt.Sprintf("secret-%03d", i), strings.Repeat("v", 100))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, nil) // flushes the log
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func filesOf(t *testing.T, dir, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	return files
}

func damage(t *testing.T, files []string) {
	t.Helper()
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b[:len(b)/2] {
			b[i] ^= 0xa5
		}
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenDamagedManifest(t *testing.T) {
	dir := stored(t)
	manifests := filesOf(t, dir, "MANIFEST-*")
	saved := make(map[string][]byte)
	for _, f := range manifests {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		saved[f] = b
	}
	damage(t, manifests)
	_, err := kvpebble.Open(dir, nil)
	if e, ok := err.(*kvdb.Error); !ok || e.Op != "open" || !errors.Is(err, kvdb.ErrCorruption) {
		t.Errorf("Open: %v, want ErrCorruption", err)
	}
	for _, says := range []string{dir + " is damaged", "malformed manifest file", "MANIFEST-"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("Open: %v does not say %q", err, says)
		}
	}
	for f, b := range saved {
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wantValue(t, open(t, dir, nil), "secret-042", strings.Repeat("v", 100))
}

// Damage of a table is an error of the read that meets it, with no key in its
// text, and neither ends the process nor stops writes.
func TestReadOfDamagedTable(t *testing.T) {
	dir := stored(t)
	damage(t, filesOf(t, dir, "*.sst"))
	s := open(t, dir, nil)
	_, errGet := s.Get(t.Context(), []byte("secret-042"))
	var errScan error
	for _, err := range s.Scan(t.Context(), kvdb.Range{}) {
		errScan = err
	}
	errView := s.View(t.Context(), func(r kvdb.Reader) error {
		_, err := r.Get(t.Context(), []byte("secret-042"))
		return err
	})
	for op, err := range map[string]error{"get": errGet, "scan": errScan, "view": errView} {
		if !errors.Is(err, kvdb.ErrCorruption) || !pebble.IsCorruptionError(err) {
			t.Errorf("%s: %v, want ErrCorruption with Pebble's own", op, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the text %q has a key in it", op, err)
		}
	}
	put(t, s, "new", "1")
	wantValue(t, s, "new", "1")
}
