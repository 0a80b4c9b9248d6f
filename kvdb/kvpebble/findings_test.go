package kvpebble_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// filled returns a directory with so many keys of 100 bytes.
func filled(t *testing.T, n int, engine *pebble.Options) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir, &kvpebble.OpenOptions{NoSync: true, Pebble: engine})
	for i := range n {
		put(t, s, fmt.Sprintf("secret-%06d", i), strings.Repeat("v", 100))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// copied returns a copy of a directory, in which a file may be changed.
func copied(t *testing.T, dir string, pattern string, change func([]byte) []byte) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return to
	}
	files := filesOf(t, to, pattern)
	last := files[len(files)-1]
	content, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(last, change(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// opened opens a directory and returns how many keys are there, and the notices.
func opened(t *testing.T, dir string) (keys int, told []kvdb.Notice) {
	t.Helper()
	s, err := kvpebble.Open(dir, &kvpebble.OpenOptions{NoSync: true})
	if err != nil {
		if !errors.Is(err, kvdb.ErrCorruption) && !strings.Contains(err.Error(), "no such file") {
			t.Errorf("Open: %v", err)
		}
		return -1, nil
	}
	for _, err := range s.Scan(t.Context(), kvdb.Range{}) {
		if err != nil {
			t.Error(err)
		}
		keys++
	}
	told = notices(t, s)
	for _, n := range told {
		if err := kvdb.CheckNotice(n); err != nil || n.Name != kvdb.NoticeOpenedWithLess {
			t.Errorf("the notice %+v: %v", n, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return keys, told
}

// Pebble takes a damage of the log for its end. A notice says how many writes
// after it are missing.
func TestOpenWithDamagedLog(t *testing.T) {
	const all = 2000
	dir := filled(t, all, nil)
	if keys, told := opened(t, copied(t, dir, "", nil)); keys != all || len(told) > 0 {
		t.Errorf("whole: %d keys, notices %+v", keys, told)
	}
	for name, at := range map[string]float64{"first block": 0.05, "middle": 0.5, "last block": 0.95} {
		for what, length := range map[string]int{"a bit": 1, "a kilobyte": 1 << 10} {
			keys, told := opened(t, copied(t, dir, "*.log", func(b []byte) []byte {
				for i := range length {
					b[min(int(float64(len(b))*at)+i, len(b)-1)] ^= 0x10
				}
				return b
			}))
			if keys < 0 || keys == all {
				t.Fatalf("%s, %s: %d keys, so this test is of nothing", name, what, keys)
			}
			if len(told) != 1 || told[0].Level != kvdb.NoticeError || !strings.Contains(told[0].Text, "log is damaged") {
				t.Errorf("%s, %s: %d keys are missing, the notices are %+v", name, what, all-keys, told)
				continue
			}
			// Those in the damaged place are not whole.
			if told, missing := told[0].Numbers["writes"], all-keys; told > float64(missing) || told < float64(missing-12) {
				t.Errorf("%s, %s: %d keys are missing, %v are told", name, what, missing, told)
			}
		}
	}
}

// What a manifest lacks is told, wherever it was cut: by the record that is not
// whole, or by the tables that nothing refers to.
func TestOpenWithTruncatedManifest(t *testing.T) {
	const all = 8000
	dir := filled(t, all, &pebble.Options{MemTableSize: 128 << 10})
	if keys, told := opened(t, copied(t, dir, "", nil)); keys != all || len(told) > 0 {
		t.Errorf("whole: %d keys, notices %+v", keys, told)
	}
	lost := 0
	for cut := 1; cut < 600; cut += 7 {
		keys, told := opened(t, copied(t, dir, "MANIFEST-*", func(b []byte) []byte { return b[:max(len(b)-cut, 0)] }))
		if keys < 0 || keys == all {
			continue
		}
		lost++
		if len(told) == 0 {
			t.Errorf("cut by %d bytes, %d keys are missing without a notice", cut, all-keys)
		}
	}
	if lost == 0 {
		t.Error("no cut lost a key, so this test is of nothing")
	}
}

// What a crash of the machine leaves is no damage, and neither are logs that are
// written over old ones.
func TestOpenAfterACrash(t *testing.T) {
	mem := vfs.NewCrashableMem()
	s := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: mem, MemTableSize: 64 << 10}})
	for i := range 2000 {
		put(t, s, fmt.Sprint(i), strings.Repeat("v", 200))
		if i%400 == 399 {
			crashed := mem.CrashClone(vfs.CrashCloneCfg{})
			after := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: crashed}})
			for _, n := range notices(t, after) {
				if n.Level != kvdb.NoticeInfo {
					t.Errorf("after %d writes and a crash: %+v", i+1, n)
				}
			}
			wantValue(t, after, fmt.Sprint(i), strings.Repeat("v", 200))
		}
	}
}

// A damaged table is what Open does not notice, and Verify does.
func TestVerify(t *testing.T) {
	dir := stored(t)
	s := open(t, dir, nil)
	if err := s.Verify(t.Context()); err != nil {
		t.Errorf("a whole store: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Verify(over); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is done: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context()); !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	s = open(t, copied(t, dir, "*.sst", func(b []byte) []byte { b[10] ^= 1; return b }), nil)
	if err := s.Verify(t.Context()); !errors.Is(err, kvdb.ErrCorruption) || strings.Contains(err.Error(), "secret") {
		t.Errorf("a damaged table: %v, want an ErrCorruption without keys", err)
	}
}
