package kvbolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

const pageSize = 4096

// stored returns the path and the content of a file with 2,000 keys that have
// "secret" in them.
func stored(t *testing.T) (string, []byte) {
	t.Helper()
	path := newPath(t)
	s := open(t, path, &kvbolt.OpenOptions{Bolt: &bolt.Options{PageSize: pageSize}})
	var muts []kvdb.Mutation
	for i := range 2000 {
		muts = append(muts, kvdb.Mutation{Key: fmt.Appendf(nil, "secret-%04d", i), Value: bytes.Repeat([]byte("v"), 100)})
	}
	if err := errors.Join(s.Apply(t.Context(), muts), s.Close()); err != nil {
		t.Fatal(err)
	}
	return path, readFile(t, path)
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// noise overwrites pages from to to, but not to.
func noise(content []byte, from, to int) []byte {
	content = bytes.Clone(content)
	for i := from * pageSize; i < to*pageSize; i++ {
		content[i] = byte(i*7 + 3)
	}
	return content
}

func wantCorruption(t *testing.T, what string, err error) {
	t.Helper()
	wantKind(t, what, err, kvdb.ErrCorruption)
	if err != nil && strings.Contains(err.Error(), "secret") {
		t.Errorf("%s: the text %q has a key in it", what, err)
	}
}

// wantFailed is wantCorruption where the engine may have failed over it before.
func wantFailed(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, kvdb.ErrEngineFailed) {
		wantCorruption(t, what, err)
		return
	}
	wantKind(t, what, err, kvdb.ErrEngineFailed)
	if strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "open the store again") {
		t.Errorf("%s: the text is %q", what, err)
	}
}

// A file that cannot be opened stays as it is, unlocked, and can be opened once
// it is whole again.
func TestOpenDamagedFile(t *testing.T) {
	path, whole := stored(t)
	pages := len(whole) / pageSize
	for name, damaged := range map[string][]byte{
		"both meta pages":    noise(whole, 0, 2),
		"everything":         noise(whole, 0, pages),
		"all but meta pages": noise(whole, 2, pages),
		"cut to a page":      whole[:pageSize],
		"cut to two pages":   whole[:2*pageSize],
		"cut to three pages": whole[:3*pageSize],
		"cut in the middle":  whole[:len(whole)/2],
		"cut by a page":      whole[:usedPages(t, whole)*pageSize-1],
	} {
		t.Run(name, func(t *testing.T) {
			writeFile(t, path, damaged)
			for range 2 { // the first one left no lock
				s, err := kvbolt.Open(path, nil)
				wantCorruption(t, "Open", err)
				if s != nil {
					_ = s.Close()
				}
			}
			if !bytes.Equal(readFile(t, path), damaged) {
				t.Error("the file was changed")
			}
			writeFile(t, path, whole)
			wantValue(t, open(t, path, nil), "secret-0042", strings.Repeat("v", 100))
		})
	}
}

// usedPages returns how many pages of a file have content.
func usedPages(t *testing.T, content []byte) (pages int) {
	t.Helper()
	path := newPath(t)
	writeFile(t, path, content)
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) error { pages = int(tx.Size() / pageSize); return nil }); err != nil {
		t.Fatal(err)
	}
	return pages
}

// One meta page is enough.
func TestOpenOneMetaPage(t *testing.T) {
	path, whole := stored(t)
	intact := 0
	for page := range 2 {
		writeFile(t, path, noise(whole, page, page+1))
		s, err := kvbolt.Open(path, nil)
		if err != nil {
			t.Errorf("Open without meta page %d: %v", page, err)
			continue
		}
		// The other one may be from before the last transaction.
		if _, err := s.Get(t.Context(), []byte("secret-0042")); err == nil {
			intact++
		}
		_ = s.Close()
	}
	if intact == 0 {
		t.Error("no meta page leads to the content")
	}
}

// leaves returns the pages on which the keys are.
func leaves(t *testing.T, content []byte) (ids []int) {
	t.Helper()
	for id := 2; id < len(content)/pageSize; id++ {
		page := content[id*pageSize : (id+1)*pageSize]
		if page[8] == 2 && bytes.Count(page, []byte("secret-")) > 10 { // the flag of leaves
			ids = append(ids, id)
		}
	}
	if len(ids) < 10 {
		t.Fatalf("%d leaves", len(ids))
	}
	return ids
}

// Damage of a page is an error of whoever meets it. The others go on.
func TestDamagedPage(t *testing.T) {
	path, whole := stored(t)
	for name, damage := range map[string]func(page []byte){
		"noise":      func(page []byte) { copy(page, noise(page, 0, 1)) },
		"zeros":      func(page []byte) { clear(page) },
		"other page": func(page []byte) { page[0]++ },
		"counts":     func(page []byte) { page[10], page[11] = 0xff, 0xff },
		"positions": func(page []byte) {
			for i := 16; i < 16*20; i++ {
				page[i] = 0x7f
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			content := bytes.Clone(whole)
			ids := leaves(t, content)
			damage(content[ids[3]*pageSize : (ids[3]+1)*pageSize])
			writeFile(t, path, content)
			s, ctx := open(t, path, nil), t.Context()
			broken := 0
			for i := range 2000 {
				key := fmt.Appendf(nil, "secret-%04d", i)
				if _, err := s.Get(ctx, key); err != nil {
					wantCorruptionOrMiss(t, "Get", err)
					wantCorruptionOrMiss(t, "Update", s.Update(ctx, func(txn kvdb.Txn) error {
						_ = txn.Put(ctx, key, nil) // an error that is overlooked
						return txn.Delete(ctx, key)
					}))
					broken++
				}
			}
			if broken < 10 || broken > 100 {
				t.Errorf("%d keys of one leaf are damaged", broken)
			}
			_, err := entries(s.Scan(ctx, kvdb.Range{}))
			if name != "zeros" && name != "counts" { // which may look like a page
				wantCorruption(t, "Scan", err)
			}
			wantValue(t, s, "secret-0000", strings.Repeat("v", 100))
			if err := s.Ping(ctx); err != nil {
				t.Errorf("Ping: %v", err)
			}
		})
	}
}

func wantCorruptionOrMiss(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil && err != kvdb.ErrNotFound {
		wantCorruption(t, what, err)
	}
}

// A file that is cut short while it is open makes faults, not the end of the
// process.
func TestFileCutWhileOpen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps a mapped file as long as it is")
	}
	path, whole := stored(t)
	for _, pages := range []int{0, 2, leaves(t, whole)[5]} {
		t.Run(fmt.Sprint(pages), func(t *testing.T) {
			writeFile(t, path, whole)
			s, err := kvbolt.Open(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, int64(pages*pageSize)); err != nil {
				t.Fatal(err)
			}
			ctx, last := t.Context(), []byte("secret-1999")
			_, err = s.Get(ctx, last)
			wantCorruption(t, "Get", err)
			wantFailed(t, "Put", s.Put(ctx, last, nil))
			_, err = entries(s.Scan(ctx, kvdb.Range{}))
			wantFailed(t, "Scan", err)
			wantFailed(t, "Update", s.Update(ctx, func(txn kvdb.Txn) error { return txn.Put(ctx, last, nil) }))
			if err := s.Close(); err != nil {
				wantFailed(t, "Close", err)
			}
			wantKind(t, "Get after Close", s.Ping(ctx), kvdb.ErrClosed)
		})
	}
}

// A commit that fails over the file ends the writes, whole, and leaves the
// reads.
func TestDamageMetByACommit(t *testing.T) {
	path, _ := stored(t)
	s := open(t, path, nil)
	content, ctx := readFile(t, path), t.Context()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for id := 2; id < len(content)/pageSize; id++ {
		if content[id*pageSize+8] == 0x10 { // the flag of free lists
			if _, err := f.WriteAt(make([]byte, pageSize), int64(id*pageSize)); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantCorruption(t, "Put", s.Put(ctx, []byte("new"), nil))
	for range 2 {
		wantKind(t, "Put", s.Put(ctx, []byte("new"), nil), kvdb.ErrEngineFailed)
		wantKind(t, "Update", s.Update(ctx, func(txn kvdb.Txn) error { return txn.Put(ctx, []byte("new"), nil) }), kvdb.ErrEngineFailed)
		wantKind(t, "Ping", s.Ping(ctx), kvdb.ErrEngineFailed)
	}
	if _, err := s.Get(ctx, []byte("new")); err != kvdb.ErrNotFound {
		t.Errorf("Get: %v", err)
	}
	wantValue(t, s, "secret-0042", strings.Repeat("v", 100))
	if got, known := readStats(t, s); got[kvdb.StatFailed] != 1 || len(known) < 5 {
		t.Errorf("the statistics are %v, want that the engine has failed", got)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	_, err = kvbolt.Open(path, nil)
	wantCorruption(t, "Open", err)
}

// Without its meta pages an open database takes no call: bbolt panics with its
// locks held, and nothing may wait for them.
func TestMetaPagesOverwrittenWhileOpen(t *testing.T) {
	path, whole := stored(t)
	s, err := kvbolt.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var kept kvdb.Reader
	err = s.View(t.Context(), func(r kvdb.Reader) error {
		kept = r
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt(noise(whole, 0, 2)[:2*pageSize], 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	first := true
	for name, call := range calls(t, s) {
		switch err := call(); {
		case name == "Delete", name == "AppendStats":
			first = first && err == nil
		case first:
			wantFailed(t, name, err)
			first = false
		default:
			wantKind(t, name, err, kvdb.ErrEngineFailed)
		}
	}
	if got, known := readStats(t, s); got[kvdb.StatFailed] != 1 || len(known) != 1 {
		t.Errorf("the statistics are %v, want that the engine has failed", got)
	}
	_, err = kept.Get(context.Background(), []byte("k"))
	wantKind(t, "a reader that is over", err, kvdb.ErrClosed)
	wantKind(t, "Close", s.Close(), kvdb.ErrEngineFailed)
	wantKind(t, "Close again", s.Close(), kvdb.ErrClosed)
}
