package kvbolt

import (
	"context"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// A source is what reads are made from: the store, with a transaction for each
// step, or one transaction.
type source interface {
	// check returns why a step cannot be taken.
	check(ctx context.Context, op string) error

	// read takes a step: it calls fn with the bucket, which is good until fn
	// returns.
	read(ctx context.Context, op string, fn func(*bolt.Bucket) error) error

	// version changes when the caller has written to the source.
	version() int
}

func (s *Store) check(ctx context.Context, op string) error {
	if err := kvdb.CheckContext(ctx, op); err != nil {
		return err
	}
	if s.isClosed() {
		return errClosedFor(op)
	}
	return nil
}

func (s *Store) read(ctx context.Context, op string, fn func(*bolt.Bucket) error) error {
	if err := s.check(ctx, op); err != nil {
		return err
	}
	t, err := s.open(op, false)
	if err != nil {
		return err
	}
	defer t.finish()
	return wrap(op, engine(func() error { return fn(t.bucket) }))
}

// version is constant: a scan of the store need not see what is written
// meanwhile.
func (s *Store) version() int { return 0 }

// Get implements [kvdb.Store].
func (s *Store) Get(ctx context.Context, key []byte) (value []byte, err error) {
	err = s.read(ctx, opGet, func(b *bolt.Bucket) (err error) {
		value, err = lookup(b, empty, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

// AppendGet implements [kvdb.Appender]. The value is copied once, from the
// mapped file to dst.
func (s *Store) AppendGet(ctx context.Context, dst, key []byte) (out []byte, err error) {
	err = s.read(ctx, opGet, func(b *bolt.Bucket) (err error) {
		out, err = lookup(b, dst, key)
		return err
	})
	if err != nil {
		return dst, err
	}
	return out, nil
}

// empty is a value of no bytes that is not nil; appending to it allocates
// exactly what the value needs.
var empty = []byte{}

func lookup(b *bolt.Bucket, dst, key []byte) ([]byte, error) {
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return nil, err
	}
	value := b.Get(key)
	if value == nil {
		return nil, kvdb.ErrNotFound
	}
	return append(dst, value...), nil
}

// GetMany implements [kvdb.MultiGetter] with one read transaction: the values
// are of one state of the store.
func (s *Store) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	values := make([][]byte, len(keys))
	err := s.read(ctx, opGet, func(b *bolt.Bucket) error {
		for i, key := range keys {
			value, err := lookup(b, empty, key)
			if err != nil && err != kvdb.ErrNotFound {
				return err
			}
			values[i] = value
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

// pingKey is as good as any: a miss takes the way of a hit.
var pingKey = []byte{0}

// Ping implements [kvdb.Pinger] with the read of one key. It fails as well when
// the engine has failed so that it takes no more writes.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, opPing, func(b *bolt.Bucket) error {
		b.Get(pingKey)
		return s.failed(opPing)
	})
}
