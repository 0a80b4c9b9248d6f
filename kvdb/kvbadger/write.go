package kvbadger

import (
	"bytes"
	"context"
	"errors"
	"sort"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// Put implements [kvdb.Store]. The value is durable once Put has returned, unless
// NoSync is set in the options.
func (s *Store) Put(ctx context.Context, key, value []byte) error {
	return s.set(ctx, key, value, 0)
}

// ttlResolution is Badger's: it keeps seconds.
const ttlResolution = time.Second

var errTTL = errors.New("the TTL is not positive")

// PutTTL implements [kvdb.TTLPutter]. The value is absent up to a second after its time, and
// not before. It is as durable as Put. Time is that of the machine's clock.
func (s *Store) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	if ttl <= 0 {
		in, err := s.enter(ctx, opPut) // a store that is closed says that
		if err != nil {
			return err
		}
		defer s.leave(in, opPut, &err)
		return &kvdb.Error{Op: opPut, Kind: kvdb.ErrInvalidArgument, Err: errTTL}
	}
	return s.set(ctx, key, value, expiry(time.Now(), ttl))
}

// expiry returns the second at which a value is absent, rounded up.
func expiry(now time.Time, ttl time.Duration) uint64 {
	return uint64(now.Add(ttl).Add(time.Second - 1).Unix())
}

// remaining returns how long a value stays that is absent from a second on, 0 for good.
func remaining(now time.Time, expiresAt uint64) (time.Duration, error) {
	const never = 1 << 40 // more seconds than a Duration has
	if expiresAt == 0 {
		return 0, nil
	}
	ttl := time.Unix(int64(min(expiresAt, never)), 0).Sub(now)
	if ttl <= 0 {
		return 0, kvdb.ErrNotFound // it was there a moment ago
	}
	return ttl, nil
}

func (s *Store) set(ctx context.Context, key, value []byte, expiresAt uint64) error {
	return s.write(ctx, opPut, func(txn *badger.Txn) error {
		if err := s.checkPut(opPut, key, value); err != nil {
			return err
		}
		e := badger.NewEntry(key, s.ours(value))
		e.ExpiresAt = expiresAt
		return txn.SetEntry(e)
	})
}

// Delete implements [kvdb.Store]. It is as durable as Put.
func (s *Store) Delete(ctx context.Context, key []byte) error {
	return s.write(ctx, opDelete, func(txn *badger.Txn) error {
		if err := s.checkPut(opDelete, key, nil); err != nil {
			return err
		}
		return txn.Delete(key)
	})
}

// Apply implements [kvdb.Batcher] with one transaction, so that it has the limits of
// one. It is as durable as Put.
func (s *Store) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	return s.write(ctx, opBatch, func(txn *badger.Txn) error {
		for i := range muts {
			m := &muts[i]
			value := m.Value
			if m.Delete {
				value = nil
			}
			if err := s.checkPut(opBatch, m.Key, value); err != nil {
				return err
			}
		}
		for i := range muts {
			var err error
			if m := &muts[i]; m.Delete {
				err = txn.Delete(m.Key)
			} else {
				err = txn.Set(m.Key, s.ours(m.Value))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// CompareAndSwap implements [kvdb.Swapper] within a transaction, which is tried again,
// up to a hundred times in all, when the key has been written meanwhile. It is as durable
// as Put.
func (s *Store) CompareAndSwap(ctx context.Context, key, old, new []byte) (swapped bool, err error) {
	for range maxRuns {
		err = s.write(ctx, opSwap, func(txn *badger.Txn) error {
			swapped = false
			if err := s.checkPut(opSwap, key, new); err != nil {
				return err
			}
			err := lookup(txn, key, func(now []byte) { swapped = old != nil && bytes.Equal(now, old) })
			switch {
			case err == kvdb.ErrNotFound:
				swapped = old == nil
			case err != nil:
				return err
			}
			if !swapped {
				return nil
			}
			return txn.Set(key, s.ours(new))
		})
		if !errors.Is(err, badger.ErrConflict) {
			return swapped && err == nil, err
		}
		s.conflicts.Add(1)
	}
	return false, &kvdb.Error{Op: opSwap, Kind: kvdb.ErrConflict}
}

// ours returns a value that the engine may keep. Those who subscribe to a handle read
// values after their commit, and nobody can subscribe to the store's own.
func (s *Store) ours(value []byte) []byte {
	if s.owned {
		return value
	}
	return bytes.Clone(value)
}

// write calls fn with a transaction and commits it.
func (s *Store) write(ctx context.Context, op string, fn func(*badger.Txn) error) (err error) {
	in, err := s.enter(ctx, op)
	if err != nil {
		return err
	}
	defer s.leave(in, op, &err)
	if err := s.refuse(op); err != nil {
		return err
	}
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	if err := fn(txn); err != nil {
		return wrap(op, err)
	}
	return s.commit(op, txn)
}

// commit makes a transaction part of the database.
func (s *Store) commit(op string, txn *badger.Txn) error {
	if err := s.refuse(op); err != nil {
		return err
	}
	err := txn.Commit()
	if errors.Is(err, badger.ErrBlockedWrites) && s.db.IsClosed() {
		return errClosedFor(op)
	}
	if err != nil {
		return wrap(op, err)
	}
	return s.failure.refuse(op) // Badger acknowledges what it could not sync
}

// refuse returns why the store takes no writes now.
func (s *Store) refuse(op string) error {
	if err := s.failure.refuse(op); err != nil {
		return err
	}
	if err := s.events.starving(); err != nil {
		return &kvdb.Error{Op: op, Kind: kind(err), Err: starved(err)}
	}
	return nil
}

// Limits of the adapter, in bytes.
const (
	// MaxKey is the longest key: Badger's own limit.
	MaxKey = 65000

	// MaxValue is the longest value, unless the options have a smaller
	// ValueLogFileSize, as they do on systems of 32 bits.
	MaxValue = 1<<30 - 1

	// reserved begins keys that are Badger's own.
	reserved = "!badger!"
)

// maxValue is the longest value of a database.
func maxValue(b *badger.Options) int { return int(min(b.ValueLogFileSize, MaxValue)) }

// maxValueInMemory is maxValue for a database in memory, which takes values up to its
// ValueThreshold, does not tell that, and ends the process over one of that very size.
func maxValueInMemory(db *badger.DB) int {
	value := make([]byte, mostInMemory)
	return sort.Search(len(value), func(n int) bool {
		txn := db.NewTransaction(true)
		defer txn.Discard()
		return txn.Set(pingKey, value[:n]) != nil
	}) - 2
}

// mostInMemory is the highest ValueThreshold that Badger takes.
const mostInMemory = 1 << 20

var (
	errKeySize   = errors.New("the key is longer than 65,000 bytes")
	errValueSize = errors.New("the value is longer than MaxValue of Describe")
	errReserved  = errors.New("keys that begin with " + reserved + " are the engine's own")
)

func (s *Store) checkPut(op string, key, value []byte) error {
	if err := kvdb.CheckKey(op, key); err != nil {
		return err
	}
	switch {
	case len(key) > MaxKey:
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errKeySize}
	case len(value) > s.info.MaxValue:
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errValueSize}
	case key[0] == reserved[0] && strings.HasPrefix(string(key), reserved):
		return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument, Err: errReserved}
	}
	return nil
}
