package kvbolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

func openStore(t *testing.T, opts *OpenOptions) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "kv.db"), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// together makes calls that wait until all are in the queue. It returns their
// errors and the number of transactions that wrote.
func together(t *testing.T, s *Store, calls ...func() error) (errs []error, commits int) {
	t.Helper()
	before := s.commits(t)
	errs = make([]error, len(calls))
	s.turn <- struct{}{}
	var wg sync.WaitGroup
	for i, call := range calls {
		wg.Go(func() { errs[i] = call() })
	}
	for n := 0; n < len(calls); {
		s.queue.mu.Lock()
		n = len(s.queue.waiting)
		s.queue.mu.Unlock()
	}
	<-s.turn
	wg.Wait()
	return errs, s.commits(t) - before
}

// commits returns how often the file was written to.
func (s *Store) commits(t *testing.T) (id int) {
	t.Helper()
	if err := s.db.View(func(tx *bolt.Tx) error { id = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWritesThatWaitShareATransaction(t *testing.T) {
	s, ctx := openStore(t, nil), t.Context()
	var calls []func() error
	for i := range 50 {
		calls = append(calls, func() error { return s.Put(ctx, fmt.Appendf(nil, "%d", i), []byte("v")) })
	}
	errs, commits := together(t, s, calls...)
	if err := errors.Join(errs...); err != nil || commits != 1 {
		t.Errorf("%d transactions, %v, want 1", commits, err)
	}
	for i := range 50 {
		if _, err := s.Get(ctx, fmt.Appendf(nil, "%d", i)); err != nil {
			t.Errorf("Get of %d: %v", i, err)
		}
	}
}

// One of a group that cannot work does not concern the others.
func TestOneOfAGroupFails(t *testing.T) {
	s, ctx := openStore(t, nil), t.Context()
	err := s.db.Update(func(tx *bolt.Tx) error {
		_, err := tx.Bucket(s.bucket).CreateBucket([]byte("nested"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	errs, _ := together(t, s,
		func() error { return s.Put(ctx, []byte("a"), nil) },
		func() error { return s.Apply(ctx, []kvdb.Mutation{{Key: []byte("b")}, {Key: []byte("nested")}}) },
		func() error { return s.Put(ctx, []byte("c"), nil) },
	)
	if errs[0] != nil || !errors.Is(errs[1], kvdb.ErrInvalidArgument) || errs[2] != nil {
		t.Errorf("errors %v", errs)
	}
	for key, want := range map[string]error{"a": nil, "b": kvdb.ErrNotFound, "c": nil} {
		if _, err := s.Get(ctx, []byte(key)); err != want {
			t.Errorf("Get(%q): %v, want %v", key, err, want)
		}
	}
}

// A swap sees what the writes before it in its group did, also when the group
// has to begin anew.
func TestSwapsInAGroup(t *testing.T) {
	s, ctx := openStore(t, nil), t.Context()
	var swaps [8]bool
	var calls []func() error
	for i := range swaps {
		calls = append(calls, func() (err error) {
			swaps[i], err = s.CompareAndSwap(ctx, []byte("k"), nil, []byte("v"))
			return err
		})
	}
	errs, commits := together(t, s, calls...)
	won := 0
	for _, swapped := range swaps {
		if swapped {
			won++
		}
	}
	if err := errors.Join(errs...); err != nil || won != 1 || commits != 1 {
		t.Errorf("%d swaps in %d transactions, %v, want 1", won, commits, err)
	}
}

// What changes nothing does not touch the disk.
func TestNothingChanged(t *testing.T) {
	s, ctx := openStore(t, nil), t.Context()
	before := s.commits(t)
	_, err := s.CompareAndSwap(ctx, []byte("k"), []byte("old"), []byte("new"))
	err = errors.Join(err, s.Delete(ctx, []byte("k")), s.Apply(ctx, nil), s.Apply(ctx, []kvdb.Mutation{{Key: []byte("k"), Delete: true}}))
	if n := s.commits(t) - before; n != 0 || err != nil {
		t.Errorf("%d transactions, %v, want none", n, err)
	}
}

// A write that was cancelled in the queue is not carried out, and neither keeps
// the others from it.
func TestCanceledInTheQueue(t *testing.T) {
	s := openStore(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	errs, _ := together(t, s, func() error { return s.Put(t.Context(), []byte("kept"), nil) })
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	s.turn <- struct{}{}
	gone := make(chan error)
	go func() { gone <- s.Put(ctx, []byte("gone"), nil) }()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("Put: %v", err)
	}
	<-s.turn
	if len(s.queue.waiting) > 0 {
		t.Errorf("%d requests are left", len(s.queue.waiting))
	}
	if _, err := s.Get(t.Context(), []byte("gone")); err != kvdb.ErrNotFound {
		t.Errorf("Get: %v", err)
	}
}

// A panic of whoever has the turn, in a hook of the user, leaves nobody
// waiting.
func TestPanicOfTheWriter(t *testing.T) {
	s, ctx := openStore(t, nil), t.Context()
	func() {
		defer func() {
			if r := recover(); r != "a hook" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = s.write(ctx, opPut, func() error { return nil }, func(*bolt.Bucket) (bool, error) { panic("a hook") })
	}()
	if err := s.Put(ctx, []byte("k"), nil); err != nil {
		t.Errorf("Put afterwards: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close afterwards: %v", err)
	}
}
