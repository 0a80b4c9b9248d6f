package kvbolt

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelkv/otelkv/kvdb"
)

// A txn is a transaction of the engine. Its lock is held by whoever is inside
// the engine with it, and by nobody while the function of a view or an update
// runs, so that Close can end it then. To views and updates it is their
// kvdb.Reader and kvdb.Txn.
type txn struct {
	store    *Store
	writable bool
	began    time.Time

	mu     sync.Mutex
	tx     *bolt.Tx
	bucket *bolt.Bucket
	writes int
	over   error // why it has ended
}

// begin returns a transaction whose lock is held. The caller defers finish.
func (s *Store) begin(op string, writable bool) (*txn, error) {
	t := &txn{store: s, writable: writable, began: time.Now()}
	t.mu.Lock()
	if err := s.lend(op, t); err != nil {
		return nil, err
	}
	defer func() {
		if t.tx == nil {
			t.finish()
		}
	}()
	err := engine(func() (err error) {
		t.tx, err = s.db.Begin(writable)
		return err
	})
	switch {
	case err == nil:
		return t, nil
	case isDamage(err):
		s.failure.set(err, true)
	case errors.Is(err, bolterrors.ErrInvalidMapping):
		s.failure.set(err, false) // its locks are free, and Close works
	}
	return nil, wrap(op, err)
}

// open is begin with the store's bucket.
func (s *Store) open(op string, writable bool) (*txn, error) {
	t, err := s.begin(op, writable)
	if err != nil {
		return nil, err
	}
	err = engine(func() error {
		if t.bucket = t.tx.Bucket(s.bucket); t.bucket == nil {
			return bolterrors.ErrBucketNotFound
		}
		return nil
	})
	if err != nil {
		t.finish()
		return nil, wrap(op, err)
	}
	return t, nil
}

// commit writes the transaction to the file and ends it. The lock is held.
func (t *txn) commit() error {
	if t.over != nil {
		return t.over
	}
	err := engine(t.tx.Commit)
	if t.tx.DB() != nil { // it was left by a panic
		t.store.failure.set(err, false)
	}
	t.end(errOver)
	return err
}

// end rolls the transaction back, unless it has ended already, and remembers
// why. The lock is held.
func (t *txn) end(why error) {
	if t.over != nil {
		return
	}
	t.over = why
	if t.tx != nil && t.tx.DB() != nil {
		err := engine(t.tx.Rollback)
		if t.tx.DB() != nil {
			t.store.failure.set(err, true)
		}
	}
	t.bucket = nil
	t.store.takeBack(t)
}

// finish ends the transaction and gives up its lock.
func (t *txn) finish() {
	t.end(errOver)
	t.mu.Unlock()
}

func (s *Store) lend(op string, t *txn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return errClosedFor(op)
	}
	if err := s.failure.refuseCall(op); err != nil {
		return err
	}
	s.lent[t] = struct{}{}
	return nil
}

func (s *Store) takeBack(t *txn) {
	s.mu.Lock()
	delete(s.lent, t)
	s.mu.Unlock()
}

// during runs fn, which is the caller's, without the lock.
func (t *txn) during(fn func() error) error {
	t.mu.Unlock()
	defer t.mu.Lock()
	return fn()
}

// check returns why a step cannot be taken.
func (t *txn) check(ctx context.Context, op string) error {
	return t.read(ctx, op, func(*bolt.Bucket) error { return nil })
}

// read takes a step inside the engine.
func (t *txn) read(ctx context.Context, op string, fn func(*bolt.Bucket) error) error {
	if err := kvdb.CheckContext(ctx, op); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil {
		return wrap(op, t.over)
	}
	return wrap(op, engine(func() error { return fn(t.bucket) }))
}

// write takes a step that changes something. One that the engine broke off
// must not be committed.
func (t *txn) write(ctx context.Context, op string, fn func(*bolt.Bucket) error) error {
	return t.read(ctx, op, func(b *bolt.Bucket) error {
		t.writes++
		err := engine(func() error { return fn(b) })
		if isDamage(err) {
			t.end(err)
		}
		return err
	})
}

func (t *txn) version() int { return t.writes }

func (t *txn) Get(ctx context.Context, key []byte) (value []byte, err error) {
	err = t.read(ctx, opGet, func(b *bolt.Bucket) (err error) {
		value, err = lookup(b, empty, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

func (t *txn) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return scan(ctx, t, r)
}

func (t *txn) Put(ctx context.Context, key, value []byte) error {
	if err := checkPut(opPut, key, value); err != nil {
		return err
	}
	// The engine keeps the value until it commits.
	value = append(empty, value...)
	return t.write(ctx, opPut, func(b *bolt.Bucket) error { return b.Put(key, value) })
}

func (t *txn) Delete(ctx context.Context, key []byte) error {
	if err := kvdb.CheckKey(opDelete, key); err != nil {
		return err
	}
	return t.write(ctx, opDelete, func(b *bolt.Bucket) error {
		_, err := remove(b, key)
		return err
	})
}
