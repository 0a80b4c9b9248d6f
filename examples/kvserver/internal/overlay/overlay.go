// Package overlay keeps the writes of a transaction in memory until all of them go
// to the engine at once.
package overlay

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A Store is an engine with writes on top that it does not know yet. What is read
// is as if they were done. It keeps the values that it is given, which must not
// change before [Store.Commit]. It is for one goroutine.
type Store struct {
	under   kvdb.Store
	sized   kvdb.SizedGetter
	exister kvdb.Exister
	ttls    kvdb.TTLGetter
	limits  kvdb.Info

	muts []kvdb.Mutation // at most one of a key
	at   map[string]int  // where in muts a key is
}

// New returns a Store without writes. Closing it does nothing.
func New(under kvdb.Store) *Store {
	s := &Store{under: under, at: make(map[string]int)}
	s.sized, _ = kvdb.As[kvdb.SizedGetter](under)
	s.ttls, _ = kvdb.As[kvdb.TTLGetter](under)
	s.exister, _ = kvdb.As[kvdb.Exister](under)
	if d, ok := kvdb.As[kvdb.Describer](under); ok {
		s.limits = d.Describe()
	}
	return s
}

// Get returns the value under a key.
func (s *Store) Get(ctx context.Context, key []byte) ([]byte, error) {
	return s.GetSized(ctx, key, func(size int) []byte { return make([]byte, 0, size) })
}

// GetSized returns the value under a key in memory of room, nil if there is none. An
// engine that does not tell the size has copied the value before room is asked.
func (s *Store) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	i, ok := s.at[string(key)]
	switch {
	case ok && s.muts[i].Delete:
		return nil, kvdb.ErrNotFound
	case ok:
		return into(room, s.muts[i].Value), nil
	case s.sized != nil:
		return s.sized.GetSized(ctx, key, room)
	}
	value, err := s.under.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return into(room, value), nil
}

func into(room kvdb.Room, value []byte) []byte {
	dst := room(len(value))
	if dst == nil {
		return nil
	}
	return append(dst[:0], value...)
}

// Exists reports whether there is a value under a key.
func (s *Store) Exists(ctx context.Context, key []byte) (bool, error) {
	if i, ok := s.at[string(key)]; ok {
		return !s.muts[i].Delete, nil
	}
	if s.exister != nil {
		return s.exister.Exists(ctx, key)
	}
	_, err := s.GetSized(ctx, key, func(int) []byte { return nil })
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, kvdb.ErrNotFound):
		return false, nil
	default:
		return false, err
	}
}

// GetTTL returns how long the value under a key stays, 0 for good, as all do that a
// transaction writes, and those of an engine without such times.
func (s *Store) GetTTL(ctx context.Context, key []byte) (time.Duration, error) {
	if _, ok := s.at[string(key)]; !ok && s.ttls != nil {
		return s.ttls.GetTTL(ctx, key)
	}
	found, err := s.Exists(ctx, key)
	if err == nil && !found {
		err = kvdb.ErrNotFound
	}
	return 0, err
}

// Put keeps a write. It fails if the engine would not take it, as far as that is
// known: a write that fails later fails the whole transaction.
func (s *Store) Put(_ context.Context, key, value []byte) error {
	if err := s.check("put", key, value); err != nil {
		return err
	}
	s.add(kvdb.Mutation{Key: key, Value: value})
	return nil
}

// Delete keeps a removal.
func (s *Store) Delete(_ context.Context, key []byte) error {
	if err := s.check("delete", key, nil); err != nil {
		return err
	}
	s.add(kvdb.Mutation{Key: key, Delete: true})
	return nil
}

// Apply keeps all writes, or none of them if one is refused.
func (s *Store) Apply(_ context.Context, muts []kvdb.Mutation) error {
	for i := range muts {
		if err := s.check("batch", muts[i].Key, muts[i].Value); err != nil {
			return err
		}
	}
	for i := range muts {
		s.add(muts[i])
	}
	return nil
}

func (s *Store) check(op string, key, value []byte) error {
	if err := kvdb.CheckKey(op, key); err != nil {
		return err
	}
	if most := s.limits.MaxKey; most > 0 && len(key) > most {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errKey}
	}
	if most := s.limits.MaxValue; most > 0 && len(value) > most {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errValue}
	}
	return nil
}

var (
	errKey   = errors.New("the key is longer than the engine takes")
	errValue = errors.New("the value is longer than the engine takes")
)

func (s *Store) add(m kvdb.Mutation) {
	m.Key = bytes.Clone(m.Key)
	if i, ok := s.at[string(m.Key)]; ok {
		s.muts[i] = m
		return
	}
	s.at[string(m.Key)] = len(s.muts)
	s.muts = append(s.muts, m)
}

// Commit hands all writes to the engine in one call, if there are any. The last of
// several writes of a key is the one.
func (s *Store) Commit(ctx context.Context, batcher kvdb.Batcher) error {
	if len(s.muts) == 0 {
		return nil
	}
	return batcher.Apply(ctx, s.muts)
}

// Close does nothing: the engine is not the Store's.
func (s *Store) Close() error { return nil }
