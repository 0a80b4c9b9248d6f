package kvbadger

import (
	"bytes"
	"context"
	"errors"
	"iter"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// maxRuns is how often Update runs its function, as kvdb.Memory does.
const maxRuns = 100

// View implements [kvdb.Viewer] with a transaction that reads. While fn runs,
// compactions keep what it can see, so it should not run for long.
func (s *Store) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	x, err := s.begin(ctx, opView, false)
	if err != nil {
		return err
	}
	defer func() { _ = x.end(opView) }() // what fn returns counts
	return fn(&reader{x})
}

// Update implements [kvdb.Updater]. It is optimistic: fn runs without a lock, and runs
// again, up to a hundred times in all, when a key that it has read has been written
// before the commit. Nothing is committed when ctx is done as fn returns. What is in a
// range that fn has scanned is read, but not that there is nothing else in it.
func (s *Store) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	for range maxRuns {
		lost, err := s.updateOnce(ctx, fn)
		if !lost {
			return err
		}
		s.conflicts.Add(1)
	}
	return &kvdb.Error{Op: opUpdate, Kind: kvdb.ErrConflict}
}

// updateOnce also returns whether the commit lost to another one, which fn's own error may
// say of something else.
func (s *Store) updateOnce(ctx context.Context, fn func(kvdb.Txn) error) (lost bool, err error) {
	x, err := s.begin(ctx, opUpdate, true)
	if err != nil {
		return false, err
	}
	defer func() { _ = x.end(opUpdate) }() // what the commit returns counts
	if err := fn(&txn{reader{x}}); err != nil {
		return false, err
	}
	err = x.step(ctx, opUpdate, func() error {
		for c := range x.cursors {
			c.close()
		}
		return s.commit(opUpdate, x.txn)
	})
	return errors.Is(err, badger.ErrConflict), err
}

// A reader reads from a session.
type reader struct{ session *session }

func (r *reader) Get(ctx context.Context, key []byte) (value []byte, err error) {
	err = r.session.step(ctx, opGet, func() error {
		return lookup(r.session.txn, key, func(found []byte) { value = append([]byte{}, found...) })
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

func (r *reader) Scan(ctx context.Context, rng kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return r.session.scan(ctx, rng, nil)
}

// A txn writes to one, too. The engine keeps keys and values until it commits, so they
// are copied.
type txn struct{ reader }

func (t *txn) Put(ctx context.Context, key, value []byte) error {
	return t.session.step(ctx, opPut, func() error {
		if err := t.session.store.checkPut(opPut, key, value); err != nil {
			return err
		}
		t.session.writes++
		return t.session.txn.Set(bytes.Clone(key), bytes.Clone(value))
	})
}

func (t *txn) Delete(ctx context.Context, key []byte) error {
	return t.session.step(ctx, opDelete, func() error {
		if err := t.session.store.checkPut(opDelete, key, nil); err != nil {
			return err
		}
		t.session.writes++
		return t.session.txn.Delete(bytes.Clone(key))
	})
}
