package kvbadger_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A batch and an update above what a transaction takes are too large, and nothing of them is
// written.
func TestTooLarge(t *testing.T) {
	opts := small()
	opts.Badger.ValueThreshold = 100 << 10
	s, ctx := open(t, newPath(t), opts), t.Context()
	var muts []kvdb.Mutation
	for i := range 100 { // of 4 MiB, 15 % are taken
		muts = append(muts, kvdb.Mutation{Key: []byte(strconv.Itoa(i)), Value: make([]byte, 10<<10)})
	}
	wantKind(t, "Apply", s.Apply(ctx, muts), kvdb.ErrTooLarge)
	wantKind(t, "Update", s.Update(ctx, func(txn kvdb.Txn) error {
		for _, m := range muts {
			if err := txn.Put(ctx, m.Key, m.Value); err != nil {
				return err
			}
		}
		return nil
	}), kvdb.ErrTooLarge)
	for e, err := range s.Scan(ctx, kvdb.Range{}) {
		t.Errorf("there is %q, %v", e.Key, err)
	}
	if err := s.Apply(ctx, muts[:50]); err != nil {
		t.Errorf("Apply of half of it: %v", err)
	}
}

func TestReservedKeys(t *testing.T) {
	s, ctx, key := open(t, newPath(t), small()), t.Context(), []byte("!badger!banned")
	_, swap := s.CompareAndSwap(ctx, key, nil, nil)
	for call, err := range map[string]error{
		"Put": s.Put(ctx, key, nil), "Delete": s.Delete(ctx, key), "Apply": s.Apply(ctx, []kvdb.Mutation{{Key: key}}), "CompareAndSwap": swap,
		"PutTTL": s.PutTTL(ctx, key, nil, time.Hour),
		"Update": s.Update(ctx, func(txn kvdb.Txn) error { return txn.Put(ctx, key, nil) }),
	} {
		wantKind(t, call, err, kvdb.ErrInvalidArgument)
	}
	if _, err := s.Get(ctx, key); err != kvdb.ErrNotFound {
		t.Errorf("Get: %v", err)
	}
	put(t, s, "!badger", "a key like another")
	if err := s.Put(ctx, []byte(strings.Repeat("k", 65001)), nil); !errors.Is(err, kvdb.ErrTooLarge) {
		t.Errorf("Put of a long key: %v", err)
	}
}

// An update that loses every time returns a conflict in the end, and each loss is
// counted; an own error that matches one does not make its function run again.
func TestConflicts(t *testing.T) {
	s, ctx, key := open(t, newPath(t), small()), t.Context(), []byte("n")
	runs := 0
	err := s.Update(ctx, func(txn kvdb.Txn) error {
		runs++
		if _, err := txn.Get(ctx, key); err != nil && err != kvdb.ErrNotFound {
			return err
		}
		put(t, s, "n", strconv.Itoa(runs))
		return txn.Put(ctx, key, []byte("mine"))
	})
	wantKind(t, "Update", err, kvdb.ErrConflict)
	wantValue(t, s, "n", "100")
	if values, _ := readStats(t, s); runs != 100 || values["kvdb.engine.transaction.conflicts"] != 100 {
		t.Errorf("it ran %d times, and %v conflicts were counted", runs, values["kvdb.engine.transaction.conflicts"])
	}
	own := &kvdb.Error{Op: "own", Kind: kvdb.ErrConflict}
	runs = 0
	if got := s.Update(ctx, func(kvdb.Txn) error { runs++; return own }); got != own || runs != 1 {
		t.Errorf("Update returned %v after %d runs", got, runs)
	}
}

// What another one has written to a key that was scanned is a conflict.
func TestScanConflicts(t *testing.T) {
	s, ctx := open(t, newPath(t), small()), t.Context()
	put(t, s, "a", "1")
	put(t, s, "b", "1")
	runs := 0
	err := s.Update(ctx, func(txn kvdb.Txn) error {
		n := 0
		for _, err := range txn.Scan(ctx, kvdb.Range{}) {
			if err != nil {
				return err
			}
			n++
		}
		if runs++; runs == 1 {
			put(t, s, "b", "2")
		}
		return txn.Put(ctx, []byte("count"), []byte(strconv.Itoa(n)))
	})
	if err != nil || runs != 2 {
		t.Errorf("Update: %v after %d runs", err, runs)
	}
}

// A scan of a transaction sees what its loop writes to the rest of the range.
func TestScanSeesOwnWrites(t *testing.T) {
	s, ctx := open(t, newPath(t), small()), t.Context()
	for _, key := range []string{"b", "d", "f"} {
		put(t, s, key, "old")
	}
	for _, reverse := range []bool{false, true} {
		var got []string
		err := s.Update(ctx, func(txn kvdb.Txn) error {
			for e, err := range txn.Scan(ctx, kvdb.Range{Reverse: reverse}) {
				if err != nil {
					return err
				}
				got = append(got, string(e.Key)+" "+string(e.Value))
				if string(e.Key) == "d" {
					for _, key := range []string{"c", "d", "e"} {
						if err := txn.Put(ctx, []byte(key), []byte("new")); err != nil {
							return err
						}
					}
				}
			}
			return errors.New("roll back")
		})
		if err == nil || err.Error() != "roll back" {
			t.Fatal(err)
		}
		want := "b old, d old, e new, f old"
		if reverse {
			want = "f old, d old, c new, b old"
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("reverse %t: %s, want %s", reverse, got, want)
		}
	}
}

// Swaps from many goroutines each count once.
func TestSwapsUnderContention(t *testing.T) {
	s, ctx, key := open(t, newPath(t), small()), t.Context(), []byte("n")
	put(t, s, "n", "0")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for done := 0; done < 50; {
				now, err := s.Get(ctx, key)
				if err != nil {
					t.Error(err)
					return
				}
				n, err := strconv.Atoi(string(now))
				if err != nil {
					t.Error(err)
					return
				}
				swapped, err := s.CompareAndSwap(ctx, key, now, []byte(strconv.Itoa(n+1)))
				switch {
				case swapped && err == nil:
					done++
				case err != nil && !errors.Is(err, kvdb.ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	wantValue(t, s, "n", "200")
}

// An update whose store is closed in its function commits nothing, and an abandoned
// scan of it does no harm.
func TestCloseInUpdate(t *testing.T) {
	path, ctx := newPath(t), t.Context()
	s := open(t, path, small())
	put(t, s, "a", "1")
	err := s.Update(ctx, func(txn kvdb.Txn) error {
		if err := txn.Put(ctx, []byte("a"), []byte("lost")); err != nil {
			return err
		}
		for _, err := range txn.Scan(ctx, kvdb.Range{}) {
			if err != nil {
				wantKind(t, "a step after Close", err, kvdb.ErrClosed)
				break
			}
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		_, err := txn.Get(ctx, []byte("a"))
		wantKind(t, "a read after Close", err, kvdb.ErrClosed)
		return nil
	})
	wantKind(t, "the update", err, kvdb.ErrClosed)
	wantValue(t, open(t, path, small()), "a", "1")
}

// An update whose context ends in its function commits nothing.
func TestUpdateCanceledDuring(t *testing.T) {
	s := open(t, newPath(t), small())
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(txn kvdb.Txn) error {
		defer cancel()
		return txn.Put(ctx, []byte("k"), nil)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}
	if _, err := s.Get(t.Context(), []byte("k")); err != kvdb.ErrNotFound {
		t.Errorf("Get: %v", err)
	}
}

// A view's reader is no transaction in disguise.
func TestReaderCannotWrite(t *testing.T) {
	s := open(t, newPath(t), small())
	err := s.View(t.Context(), func(r kvdb.Reader) error {
		if _, ok := r.(kvdb.Txn); ok {
			t.Error("the reader of a view has the methods of a transaction")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
