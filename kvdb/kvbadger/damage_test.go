package kvbadger_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
)

// valueLogs returns the files of the value log in a directory.
func valueLogs(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	return paths
}

// A value that cannot be read is an error of every way to read it, and not the empty
// value that Badger has for it.
func TestLostValue(t *testing.T) {
	const secret = "a secret" // 97 32 115 …
	for how, lose := range map[string]func(t *testing.T, path string){
		"changed": func(t *testing.T, path string) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			i := bytes.Index(content, []byte("the value"))
			if i < 0 {
				return // a newer log
			}
			content[i] ^= 1
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"gone": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(how, func(t *testing.T) {
			path, ctx, key := newPath(t), t.Context(), []byte(secret)
			opts := small()
			opts.Badger.VerifyValueChecksum = true
			s := open(t, path, opts)
			put(t, s, secret, "the value")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			for _, file := range valueLogs(t, path) {
				lose(t, file)
			}
			lines := &lines{}
			opts.Logger = lines
			s = open(t, path, opts)
			_, get := s.Get(ctx, key)
			dst, appendGet := s.AppendGet(ctx, []byte("dst"), key)
			_, many := s.GetMany(ctx, [][]byte{key})
			_, sized := s.GetSized(ctx, key, func(size int) []byte { return make([]byte, 0, size) })
			_, swap := s.CompareAndSwap(ctx, key, []byte{}, []byte("new"))
			view := s.View(ctx, func(r kvdb.Reader) error { _, err := r.Get(ctx, key); return err })
			var scan error
			for _, scan = range s.Scan(ctx, kvdb.Range{}) {
			}
			for call, err := range map[string]error{
				"Get": get, "AppendGet": appendGet, "GetMany": many, "GetSized": sized, "CompareAndSwap": swap, "View": view, "Scan": scan,
				"Verify": s.Verify(ctx),
			} {
				wantKind(t, call, err, kvdb.ErrCorruption)
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%s: %v has the key in it", call, err)
				}
			}
			if string(dst) != "dst" {
				t.Errorf("AppendGet returned %q beside its error", dst)
			}
			if found, err := s.Exists(ctx, key); !found || err != nil {
				t.Errorf("Exists: %t, %v", found, err)
			}
			said := lines.String()
			if !strings.Contains(said, "Unable to read") || strings.Contains(said, secret) || strings.Contains(said, "97 32 115") {
				t.Errorf("the lines of the engine are\n%s, want one of the value, and no key", said)
			}
			put(t, s, secret, "again")
			wantValue(t, s, secret, "again")
		})
	}
}

// An empty value is one, wherever it is kept.
func TestEmptyValues(t *testing.T) {
	for _, threshold := range []int64{0, 1, 1 << 10} {
		opts := small()
		opts.Badger.ValueThreshold = threshold
		path := newPath(t)
		s := open(t, path, opts)
		put(t, s, "empty", "")
		put(t, s, "e", "")
		for range 2 {
			wantValue(t, s, "empty", "")
			for e, err := range s.Scan(t.Context(), kvdb.Range{}) {
				if err != nil || e.Value == nil || len(e.Value) > 0 {
					t.Errorf("threshold %d: %q, %v", threshold, e.Value, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, path, opts)
		}
	}
}

// Verify finds what no read tells.
func TestVerify(t *testing.T) {
	path := newPath(t)
	s := open(t, path, &kvbadger.OpenOptions{NoSync: true})
	for i := range 100 {
		put(t, s, fmt.Sprintf("key %d", i), strings.Repeat(fmt.Sprint(i*i*i), 200))
	}
	if err := s.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(path, "*.sst"))
	if err != nil || len(tables) != 1 {
		t.Fatal(tables, err)
	}
	f, err := os.OpenFile(tables[0], os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{0xff, 0xff}, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	damaged := open(t, path, nil)
	wantKind(t, "Verify", damaged.Verify(t.Context()), kvdb.ErrCorruption)
}
