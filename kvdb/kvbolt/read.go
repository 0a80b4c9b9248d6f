package kvbolt

import (
	"bytes"
	"context"
	"iter"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

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

// GetSized implements [kvdb.SizedGetter]. The value is copied once, from the mapped
// file to the memory of room, within a read transaction.
func (s *Store) GetSized(ctx context.Context, key []byte, room kvdb.Room) (value []byte, err error) {
	err = s.read(ctx, opGet, func(b *bolt.Bucket) (err error) {
		value, err = lookupSized(b, key, room)
		return err
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

// Exists implements [kvdb.Exister]. The value is not touched: of a long one, only
// the first page is read.
func (s *Store) Exists(ctx context.Context, key []byte) (found bool, err error) {
	err = s.read(ctx, opGet, func(b *bolt.Bucket) error {
		if err := kvdb.CheckKey(opGet, key); err != nil {
			return err
		}
		found = b.Get(key) != nil
		return nil
	})
	return found && err == nil, err
}

// GetMany implements [kvdb.MultiGetter] with one read transaction: the values
// are of one state of the store.
func (s *Store) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	return s.GetManySized(ctx, keys, fits)
}

// fits is the room for a value of any size.
func fits(size int) []byte { return make([]byte, 0, size) }

// GetManySized implements [kvdb.SizedMultiGetter] with one read transaction: the
// values are of one state of the store.
func (s *Store) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	values := make([][]byte, len(keys))
	err := s.read(ctx, opGet, func(b *bolt.Bucket) error {
		for i, key := range keys {
			value, err := lookupSized(b, key, room)
			switch {
			case err == kvdb.ErrNotFound:
			case err != nil:
				return err
			case value == nil:
				values = values[:i]
				return nil
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

// Scan implements [kvdb.Scanner]. It reads a page of entries at a time, each in
// a read transaction of its own, and copies them, so the loop holds nothing of
// the engine; a write that comes meanwhile may be seen or not. Take a View for
// one state of the store. The context is looked at before each step. For keys alone
// the values are not touched: of a long one, only the first page is read.
func (s *Store) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return scan(ctx, s, r)
}

// ScanPrefix implements [kvdb.PrefixScanner]. The keys come in bytewise order.
func (s *Store) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		for e, err := range s.Scan(ctx, kvdb.Range{Start: prefix}) {
			if err == nil && !bytes.HasPrefix(e.Key, prefix) || !yield(e, err) {
				return
			}
		}
	}
}

// pingKey is as good as any: a miss takes the way of a hit.
var pingKey = []byte{0}

// Ping implements [kvdb.Pinger] with the read of one key. It fails as well when
// the engine has failed so that it takes no more writes.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, opPing, func(b *bolt.Bucket) error {
		b.Get(pingKey)
		return s.failure.refuseWrite(opPing)
	})
}
