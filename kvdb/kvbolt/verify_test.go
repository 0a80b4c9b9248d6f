package kvbolt_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// With one meta page bbolt goes by the other one, and the last transaction is
// missing without an error. The store tells.
func TestOpenWithOneMetaPage(t *testing.T) {
	path, _ := stored(t)
	s := open(t, path, nil)
	if got := notices(t, s); len(got) > 0 {
		t.Errorf("a whole file: %+v", got)
	}
	put(t, s, "last", "1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := readFile(t, path)
	lost := 0
	for page := range 2 {
		for name, damaged := range map[string][]byte{
			"overwritten": noise(whole, page, page+1),
			"zero":        slices.Replace(bytes.Clone(whole), page*pageSize, (page+1)*pageSize, make([]byte, pageSize)...),
			"one bit":     flipped(whole, page*pageSize+16+40),
		} {
			writeFile(t, path, damaged)
			s, err := kvbolt.Open(path, nil)
			if err != nil {
				if page > 0 {
					t.Errorf("%s, page %d: %v", name, page, err)
				}
				continue // bbolt does not find the second one without the first
			}
			if _, err := s.Get(t.Context(), []byte("last")); err == kvdb.ErrNotFound {
				lost++
			}
			got := notices(t, s)
			if len(got) != 1 || got[0].Name != kvdb.NoticeOpenedWithLess || !strings.Contains(got[0].Text, "last transaction") {
				t.Errorf("%s, page %d: the notices are %+v", name, page, got)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if lost == 0 {
		t.Error("no transaction was lost, so this test is of nothing")
	}
}

func flipped(content []byte, at int) []byte {
	content = bytes.Clone(content)
	content[at] ^= 1
	return content
}

func TestVerify(t *testing.T) {
	path, whole := stored(t)
	s := open(t, path, nil)
	if err := s.Verify(t.Context()); err != nil {
		t.Errorf("a whole file: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Verify(over); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is done: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "Verify after Close", s.Verify(t.Context()), kvdb.ErrClosed)

	// A page in the middle, which Open does not look at; and two keys that change
	// their places.
	page := leafPage(t, path)
	swapped := bytes.Clone(whole)
	a, b := bytes.Index(swapped, []byte("secret-0500")), bytes.Index(swapped, []byte("secret-0501"))
	copy(swapped[a:], "secret-0501")
	copy(swapped[b:], "secret-0500")
	for name, damaged := range map[string][]byte{"noise": noise(whole, page, page+1), "disorder": swapped} {
		writeFile(t, path, damaged)
		s := open(t, path, &kvbolt.OpenOptions{Bolt: &bolt.Options{ReadOnly: true}})
		wantCorruption(t, "Verify of "+name, s.Verify(t.Context()))
		_ = s.Close()
	}
}

// leafPage returns a page with keys in it.
func leafPage(t *testing.T, path string) int {
	t.Helper()
	at := bytes.Index(readFile(t, path), []byte("secret-1000"))
	return at / pageSize
}
