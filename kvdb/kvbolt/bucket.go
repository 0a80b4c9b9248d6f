package kvbolt

import (
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

// lookupSized is lookup into the memory of room, and nil if that refuses.
func lookupSized(b *bolt.Bucket, key []byte, room kvdb.Room) ([]byte, error) {
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return nil, err
	}
	value := b.Get(key)
	if value == nil {
		return nil, kvdb.ErrNotFound
	}
	dst := room(len(value)) //otelkv:lockok the value is the engine's until it is copied, as Room says
	if dst == nil {
		return nil, nil
	}
	return append(dst[:0], value...), nil
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
