package kvbolt

import (
	"bytes"
	"context"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelkv/otelkv/kvdb"
)

// Limits of the adapter, in bytes.
const (
	// MaxKey is the longest key.
	MaxKey = bolt.MaxKeySize

	// MaxValue is the longest value: 512 MiB less 64 KiB, an eighth of it on
	// systems of 32 bits. bbolt accepts up to bolt.MaxValueSize, but cannot read
	// what lies beyond 2 GiB of a page, and puts up to four entries of any size
	// on one.
	MaxValue = 1<<29>>(3*(1-^uint(0)>>63)) - 1<<16
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

// put tells a nil value, by which the engine means a nested bucket, from an
// empty one.
func put(b *bolt.Bucket, key, value []byte) error {
	if value == nil {
		value = empty
	}
	return b.Put(key, value)
}

// remove returns false for an absent key, which that of a nested bucket is, too.
func remove(b *bolt.Bucket, key []byte) (removed bool, err error) {
	if b.Get(key) == nil {
		return false, nil
	}
	return true, b.Delete(key)
}

func checkPut(op string, key, value []byte) error {
	if err := kvdb.CheckKey(op, key); err != nil {
		return err
	}
	switch {
	case len(key) > MaxKey:
		return wrap(op, bolterrors.ErrKeyTooLarge)
	case len(value) > MaxValue:
		return wrap(op, bolterrors.ErrValueTooLarge)
	}
	return nil
}

func checkBatch(muts []kvdb.Mutation) error {
	for i := range muts {
		m := &muts[i]
		value := m.Value
		if m.Delete {
			value = nil
		}
		if err := checkPut(opBatch, m.Key, value); err != nil {
			return err
		}
	}
	return nil
}
