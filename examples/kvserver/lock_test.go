package main

import (
	"context"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// lockedStore swaps, and checks that each writer of a key has its lock.
type lockedStore struct {
	*kvdb.Memory
	t     *testing.T
	locks *keyLocks
}

func (s *lockedStore) check(key []byte) {
	if lock := s.locks.of(key); lock.TryLock() {
		lock.Unlock()
		s.t.Errorf("%s is written without its lock", key)
	}
}

func (s *lockedStore) Put(ctx context.Context, key, value []byte) error {
	s.check(key)
	return s.Memory.Put(ctx, key, value)
}

func (s *lockedStore) Delete(ctx context.Context, key []byte) error {
	s.check(key)
	return s.Memory.Delete(ctx, key)
}

func (s *lockedStore) CompareAndSwap(ctx context.Context, key, old, new []byte) (bool, error) {
	s.check(key)
	return s.Memory.CompareAndSwap(ctx, key, old, new)
}

func (s *lockedStore) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	for _, m := range muts {
		s.check(m.Key)
	}
	return s.Memory.Apply(ctx, muts)
}

// Also where the engine swaps by itself, a write waits for a transaction of its key.
func TestWritersHaveTheLock(t *testing.T) {
	store := &lockedStore{Memory: memory(t), t: t}
	c := newTestClient(store)
	store.locks = c.keys.locks
	for _, line := range []string{
		"set k 1", "set k 2 nx", "set n 2 nx", "set k 3 xx", "mset k 1 l 2", "del k", "del l n", "multi", "set k 1", "set l 1 nx", "exec", "flushdb",
	} {
		c.run(t.Context(), splitWords(line))
	}
	if got := string(c.out.Bytes()); strings.Contains(got, "-ERR") {
		t.Errorf("%q", got)
	}
}
