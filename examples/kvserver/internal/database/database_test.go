package database_test

import (
	"bytes"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
)

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		index database.Index
		key   string
		want  string
	}{
		{0, "key", "key"},
		{0, "\x00", "\x00"},
		{0, "\x00\x01key", "\x00\x01key"},
		{0, "\xfe\xff", "\xfe\xff"},
		{0, "", "\xff\x00"},
		{0, "\xff", "\xff\x00\xff"},
		{0, "\xff\x01key", "\xff\x00\xff\x01key"},
		{1, "key", "\xff\x01key"},
		{1, "", "\xff\x01"},
		{15, "\xff\xff", "\xff\x0f\xff\xff"},
	} {
		if got := string(c.index.Append([]byte("dst"), []byte(c.key))); got != "dst"+c.want {
			t.Errorf("database %d stores %q under %q, want %q behind dst", c.index, c.key, got, c.want)
		}
		if got := string(c.index.Key([]byte(c.want))); got != c.key {
			t.Errorf("database %d: the key of %q is %q, want %q", c.index, c.want, got, c.key)
		}
	}
}

func TestPlainKeysAreNotCopied(t *testing.T) {
	key := []byte("key")
	if n := testing.AllocsPerRun(100, func() {
		if !database.Index(0).Plain(key) || database.Index(1).Plain(key) {
			t.Error("the wrong database stores keys as they are")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// within reports whether a range has what is stored.
func within(stored, start, end []byte) bool {
	return bytes.Compare(start, stored) <= 0 && (end == nil || bytes.Compare(stored, end) < 0)
}

// No two keys of any databases are stored as one, and the bounds of a prefix hold
// just the keys of its database that begin with it.
func FuzzSeparation(f *testing.F) {
	f.Add(uint8(0), []byte("key"), uint8(1), []byte("key"), []byte("k"))
	f.Add(uint8(0), []byte("\xff\x01key"), uint8(1), []byte("key"), []byte("\xff"))
	f.Add(uint8(0), []byte(""), uint8(0), []byte("\x00"), []byte(""))
	f.Add(uint8(15), []byte(""), uint8(0), []byte("\xff\x0f"), []byte("\xff\xff"))
	f.Add(uint8(0), []byte("\xfe\xff\xff"), uint8(3), []byte("\xff"), []byte("\xfe\xff"))
	f.Fuzz(func(t *testing.T, a uint8, key []byte, b uint8, other, prefix []byte) {
		one, two := database.Index(a%database.Count), database.Index(b%database.Count)
		stored, others := one.Append(nil, key), two.Append(nil, other)
		if len(stored) == 0 || len(stored) > len(key)+database.Overhead {
			t.Errorf("database %d stores %q under %d bytes", one, key, len(stored))
		}
		if same := one == two && bytes.Equal(key, other); bytes.Equal(stored, others) != same {
			t.Errorf("database %d stores %q under %q, and %d %q under %q", one, key, stored, two, other, others)
		}
		if got := one.Key(stored); !bytes.Equal(got, key) {
			t.Errorf("the key of %q is %q, want %q", stored, got, key)
		}
		if one.Plain(key) != bytes.Equal(stored, key) {
			t.Errorf("Plain(%q) of database %d is wrong", key, one)
		}
		start, end := one.Bounds(prefix)
		if got, want := within(stored, start, end), bytes.HasPrefix(key, prefix); got != want {
			t.Errorf("database %d: %q is within the bounds of %q: %t, want %t", one, key, prefix, got, want)
		}
		if one != two && within(others, start, end) {
			t.Errorf("%q of database %d is within the bounds of %q of %d", other, two, prefix, one)
		}
	})
}
