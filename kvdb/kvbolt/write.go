package kvbolt

import (
	"bytes"
	"context"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// Put implements [kvdb.Store]. The value is durable once Put has returned,
// unless NoSync is set in the options.
func (s *Store) Put(ctx context.Context, key, value []byte) error {
	return s.write(ctx, opPut, func() error { return checkPut(opPut, key, value) },
		func(b *bolt.Bucket) (bool, error) { return true, put(b, key, value) })
}

// Delete implements [kvdb.Store]. It is as durable as Put.
func (s *Store) Delete(ctx context.Context, key []byte) error {
	return s.write(ctx, opDelete, func() error { return kvdb.CheckKey(opDelete, key) },
		func(b *bolt.Bucket) (bool, error) { return remove(b, key) })
}

// Apply implements [kvdb.Batcher] with one transaction. It is as durable as
// Put.
func (s *Store) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	return s.write(ctx, opBatch, func() error { return checkBatch(muts) },
		func(b *bolt.Bucket) (changed bool, err error) {
			for i := range muts {
				do := true
				if m := &muts[i]; m.Delete {
					do, err = remove(b, m.Key)
				} else {
					err = put(b, m.Key, m.Value)
				}
				if err != nil {
					return false, err
				}
				changed = changed || do
			}
			return changed, nil
		})
}

// CompareAndSwap implements [kvdb.Swapper] within a write transaction, in the
// same turn as other writes. It is as durable as Put.
func (s *Store) CompareAndSwap(ctx context.Context, key, old, new []byte) (swapped bool, err error) {
	err = s.write(ctx, opSwap, func() error { return checkPut(opSwap, key, new) },
		func(b *bolt.Bucket) (bool, error) {
			now := b.Get(key)
			if swapped = (now == nil) == (old == nil) && bytes.Equal(now, old); !swapped {
				return false, nil
			}
			return true, put(b, key, new)
		})
	return swapped && err == nil, err
}
