package kvbadger

import (
	"context"
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// empty is a value of no bytes that is not nil; appending to it allocates exactly
// what the value needs.
var empty = []byte{}

// Get implements [kvdb.Store].
func (s *Store) Get(ctx context.Context, key []byte) (value []byte, err error) {
	value, err = s.AppendGet(ctx, empty, key)
	if err != nil {
		return nil, err
	}
	return value, nil
}

// AppendGet implements [kvdb.Appender].
func (s *Store) AppendGet(ctx context.Context, dst, key []byte) ([]byte, error) {
	out := dst
	err := s.read(ctx, opGet, func(txn *badger.Txn) error {
		return lookup(txn, key, func(value []byte) { out = append(out, value...) })
	})
	if err != nil {
		return dst, err
	}
	return out, nil
}

// GetSized implements [kvdb.SizedGetter]. The value has been read by the time that its
// size is known.
func (s *Store) GetSized(ctx context.Context, key []byte, room kvdb.Room) (value []byte, err error) {
	err = s.read(ctx, opGet, func(txn *badger.Txn) error {
		return lookup(txn, key, func(found []byte) { value = inRoom(found, room) })
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

// inRoom copies a value to memory of the caller, unless that refuses.
func inRoom(value []byte, room kvdb.Room) []byte {
	dst := room(len(value))
	if dst == nil {
		return nil
	}
	return append(dst[:0], value...)
}

// Exists implements [kvdb.Exister]. A value in the value log is not read.
func (s *Store) Exists(ctx context.Context, key []byte) (found bool, err error) {
	err = s.read(ctx, opGet, func(txn *badger.Txn) error {
		_, err := item(txn, key)
		found = err == nil
		if err == kvdb.ErrNotFound {
			return nil
		}
		return err
	})
	return found && err == nil, err
}

// GetTTL implements [kvdb.TTLGetter] by the clock of the machine. A value in the value log
// is not read.
func (s *Store) GetTTL(ctx context.Context, key []byte) (ttl time.Duration, err error) {
	err = s.read(ctx, opGet, func(txn *badger.Txn) error {
		it, err := item(txn, key)
		if err == nil {
			ttl, err = remaining(time.Now(), it.ExpiresAt())
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return ttl, nil
}

// GetMany implements [kvdb.MultiGetter]: the values are of one state of the store.
func (s *Store) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	return s.GetManySized(ctx, keys, fits)
}

// fits is the room for a value of any size.
func fits(size int) []byte { return make([]byte, 0, size) }

// GetManySized implements [kvdb.SizedMultiGetter]: the values are of one state of the
// store.
func (s *Store) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	values := make([][]byte, len(keys))
	err := s.read(ctx, opGet, func(txn *badger.Txn) error {
		for i, key := range keys {
			err := lookup(txn, key, func(found []byte) { values[i] = inRoom(found, room) })
			switch {
			case err == kvdb.ErrNotFound:
			case err != nil:
				return err
			case values[i] == nil:
				values = values[:i]
				return nil
			}
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

// Ping implements [kvdb.Pinger] with the read of one key. It fails as well when the
// engine has failed so that it takes no more writes.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, opPing, func(txn *badger.Txn) error {
		if _, err := item(txn, pingKey); err != nil && err != kvdb.ErrNotFound {
			return err
		}
		return s.failure.refuse(opPing)
	})
}

// read calls fn with a transaction that reads.
func (s *Store) read(ctx context.Context, op string, fn func(*badger.Txn) error) (err error) {
	in, err := s.enter(ctx, op)
	if err != nil {
		return err
	}
	defer s.leave(in, op, &err)
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	return wrap(op, fn(txn))
}

// lookup calls use with the value under key, which is the engine's.
func lookup(txn *badger.Txn, key []byte, use func(value []byte)) error {
	it, err := item(txn, key)
	if err != nil {
		return err
	}
	return readValue(it, use)
}

func item(txn *badger.Txn, key []byte) (*badger.Item, error) {
	if err := kvdb.CheckKey(opGet, key); err != nil {
		return nil, err
	}
	it, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, kvdb.ErrNotFound
	}
	return it, err
}

// readValue calls use with the value of an item. Badger delivers nil without an error
// where it could not read a value, and where there is one without bytes; the size of
// the latter is that of its key alone.
func readValue(it *badger.Item, use func(value []byte)) error {
	return it.Value(func(value []byte) error {
		if value == nil && it.EstimatedSize() > int64(len(it.Key())) {
			return errNoValue
		}
		use(value)
		return nil
	})
}
