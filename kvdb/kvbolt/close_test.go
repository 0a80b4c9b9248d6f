package kvbolt_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// Close returns from within a view, an update and a loop, whose next steps
// fail, and the file is free then.
func TestCloseInside(t *testing.T) {
	for _, inside := range []struct {
		name string
		run  func(ctx context.Context, s *kvbolt.Store, fn func(kvdb.Reader) error) error
	}{
		{"View", func(ctx context.Context, s *kvbolt.Store, fn func(kvdb.Reader) error) error { return s.View(ctx, fn) }},
		{"Update", func(ctx context.Context, s *kvbolt.Store, fn func(kvdb.Reader) error) error {
			return s.Update(ctx, func(txn kvdb.Txn) error {
				if err := txn.Put(ctx, []byte("a"), []byte("lost")); err != nil {
					return err
				}
				return fn(txn)
			})
		}},
	} {
		t.Run(inside.name, func(t *testing.T) {
			path, ctx := newPath(t), t.Context()
			s := open(t, path, nil)
			put(t, s, "a", "1")
			put(t, s, "b", "2")
			abandoned, stop := iter.Pull2(s.Scan(ctx, kvdb.Range{}))
			defer stop()
			if e, err, ok := abandoned(); !ok || err != nil || string(e.Key) != "a" {
				t.Fatal(e, err, ok)
			}
			err := inside.run(ctx, s, func(r kvdb.Reader) error {
				steps := 0
				for e, err := range r.Scan(ctx, kvdb.Range{}) {
					if steps++; steps == 2 {
						wantKind(t, "a step after Close", err, kvdb.ErrClosed)
						continue
					}
					if err := s.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
					if string(e.Key) != "a" {
						t.Errorf("the entry became %q", e.Key)
					}
				}
				_, err := r.Get(ctx, []byte("a"))
				wantKind(t, "a read after Close", err, kvdb.ErrClosed)
				return nil
			})
			if inside.name == "Update" {
				wantKind(t, "the update", err, kvdb.ErrClosed)
			} else if err != nil {
				t.Errorf("the view: %v", err)
			}
			_, err, _ = abandoned()
			wantKind(t, "a step of an abandoned scan", err, kvdb.ErrClosed)
			wantValue(t, open(t, path, nil), "a", "1")
		})
	}
}

// A write that waits for two views, which reads wait for in turn, does not keep
// Close from ending them all.
func TestCloseWithViewsThatBlock(t *testing.T) {
	db := openBolt(t, nil)
	s, ctx := borrow(t, db, nil), t.Context()
	put(t, s, "k", "v")
	var blocked sync.WaitGroup
	err := s.View(ctx, func(kvdb.Reader) error {
		return s.View(ctx, func(kvdb.Reader) error {
			writing := make(chan struct{})
			blocked.Go(func() {
				close(writing)
				// It has to enlarge the mapping, which the views prevent.
				_ = s.Put(ctx, []byte("large"), make([]byte, 1<<20))
			})
			<-writing
			for range 4 {
				blocked.Go(func() {
					if _, err := s.Get(ctx, []byte("k")); err != nil && !errors.Is(err, kvdb.ErrClosed) {
						t.Errorf("Get: %v", err)
					}
				})
			}
			return s.Close()
		})
	})
	if err != nil {
		t.Errorf("Close: %v", err)
	}
	blocked.Wait()
	if err := db.View(func(tx *bolt.Tx) error { return nil }); err != nil {
		t.Errorf("the handle afterwards: %v", err)
	}
}

// Writes that wait for their turn end when their context does, or the store,
// and have written nothing.
func TestWaitForTheTurn(t *testing.T) {
	for _, end := range []string{"context", "store"} {
		t.Run(end, func(t *testing.T) {
			path := newPath(t)
			s := open(t, path, nil)
			ctx, cancel := context.WithCancel(t.Context())
			err := s.Update(t.Context(), func(kvdb.Txn) error {
				var wg sync.WaitGroup
				for _, call := range []func() error{
					func() error { return s.Put(ctx, []byte("k"), nil) },
					func() error { return s.Apply(ctx, []kvdb.Mutation{{Key: []byte("k")}, {Key: []byte("l")}}) },
					func() error {
						return s.Update(ctx, func(kvdb.Txn) error {
							t.Error("an update ran at the same time")
							return nil
						})
					},
				} {
					wg.Go(func() {
						err := call()
						if end == "context" && !errors.Is(err, context.Canceled) || end == "store" && !errors.Is(err, kvdb.ErrClosed) {
							t.Errorf("a write that waited: %v", err)
						}
					})
				}
				if end == "store" {
					defer wg.Wait()
					return s.Close()
				}
				cancel()
				wg.Wait()
				return nil
			})
			cancel()
			if end == "context" && err != nil || end == "store" && !errors.Is(err, kvdb.ErrClosed) {
				t.Errorf("Update: %v", err)
			}
			if end == "context" {
				if _, err := s.Get(t.Context(), []byte("k")); err != kvdb.ErrNotFound {
					t.Errorf("Get: %v; a cancelled write was carried out", err)
				}
			}
		})
	}
}

// An update whose context ends in its function commits nothing.
func TestUpdateCanceledDuring(t *testing.T) {
	s := open(t, newPath(t), nil)
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
	s := open(t, newPath(t), nil)
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
