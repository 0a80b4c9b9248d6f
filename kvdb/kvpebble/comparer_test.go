package kvpebble_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// comparers returns comparers by name, and whether they have the order of bytes.
func comparers() map[string]struct {
	*pebble.Comparer
	bytewise bool
} {
	derive := func(name string, change func(*pebble.Comparer)) *pebble.Comparer {
		c := *pebble.DefaultComparer
		c.Name = name
		change(&c)
		return &c
	}
	prefix := func(key []byte) int { return min(len(key), 2) }
	backwards := func(c *pebble.Comparer) {
		c.Compare = func(a, b []byte) int { return bytes.Compare(b, a) }
		c.AbbreviatedKey = func(key []byte) uint64 { return ^pebble.DefaultComparer.AbbreviatedKey(key) }
		c.Separator = func(dst, a, _ []byte) []byte { return append(dst, a...) }
		c.Successor = func(dst, a []byte) []byte { return append(dst, a...) }
	}
	return map[string]struct {
		*pebble.Comparer
		bytewise bool
	}{
		"default":                   {pebble.DefaultComparer, true},
		"of another name":           {derive("mine", func(*pebble.Comparer) {}), true},
		"with a Split":              {derive("split", func(c *pebble.Comparer) { c.Split = prefix }), true},
		"reversed":                  {derive("reversed", backwards), false},
		"reversed, under this name": {derive(pebble.DefaultComparer.Name, backwards), false},
		"by length": {derive("length", func(c *pebble.Comparer) {
			c.Compare = func(a, b []byte) int {
				if len(a) != len(b) {
					return len(a) - len(b)
				}
				return bytes.Compare(a, b)
			}
			c.AbbreviatedKey = func([]byte) uint64 { return 0 }
			c.Separator = func(dst, a, _ []byte) []byte { return append(dst, a...) }
			c.Successor = func(dst, a []byte) []byte { return append(dst, a...) }
		}), false},
		"of integers": {derive("integers", func(c *pebble.Comparer) {
			c.Compare = func(a, b []byte) int { return int(binary.BigEndian.Uint64(a)) - int(binary.BigEndian.Uint64(b)) }
		}), false},
	}
}

// Scans need the order of bytes, so a database that has another is refused: with
// Open by its comparer, with New by what the handle does.
func TestOrderOfKeys(t *testing.T) {
	for name, c := range comparers() {
		t.Run(name, func(t *testing.T) {
			fs := vfs.NewMem()
			s, err := kvpebble.Open("db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: fs, Comparer: c.Comparer}})
			wantOrder(t, "Open", s, err, c.bytewise)
			if list, _ := fs.List("db"); err != nil && len(list) > 0 {
				t.Errorf("Open has refused and made %v", list)
			}

			db, err := pebble.Open("db", &pebble.Options{FS: vfs.NewMem(), Comparer: c.Comparer, Logger: silent{t}})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			s, err = kvpebble.New(db, nil)
			wantOrder(t, "New", s, err, c.bytewise)
			it, err := db.NewIter(nil)
			if err != nil {
				t.Fatal(err)
			}
			if it.First() && err != nil {
				t.Errorf("New has left the key %q in the database", it.Key())
			}
			if err := it.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func wantOrder(t *testing.T, what string, s *kvpebble.Store, err error, bytewise bool) {
	t.Helper()
	if !bytewise {
		if !errors.Is(err, kvdb.ErrInvalidArgument) || !strings.Contains(err.Error(), "bytewise order") {
			t.Errorf("%s: %v, want an ErrInvalidArgument that says why", what, err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	put(t, s, "b@1", "1")
	put(t, s, "a@2", "2")
	var keys []string
	for e, err := range s.Scan(t.Context(), kvdb.Range{}) {
		if err != nil {
			t.Error(err)
		}
		keys = append(keys, string(e.Key))
	}
	if got := strings.Join(keys, " "); got != "a@2 b@1" {
		t.Errorf("%s: a scan yields %q", what, got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A database of another comparer is told from a damaged one.
func TestOpenWithAnotherComparer(t *testing.T) {
	fs := vfs.NewMem()
	split := comparers()["with a Split"].Comparer
	s := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: fs, Comparer: split}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := kvpebble.Open("db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: fs}})
	if !errors.Is(err, kvdb.ErrInvalidArgument) || !strings.Contains(err.Error(), "OpenOptions.Pebble.Comparer") ||
		!strings.Contains(err.Error(), "split") {
		t.Errorf("Open: %v, want an ErrInvalidArgument that says what to do", err)
	}
}
