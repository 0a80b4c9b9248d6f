package main

import (
	"context"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
	"github.com/otelkv/otelkv/kvdb"
)

// A keyspace is one of the databases as the commands of a client see it. Commands
// that need a capability that the engine lacks fail with an unsupported error.
type keyspace struct {
	db    db
	locks *keyLocks

	by       int64 // the id of the client
	watchers []watcher
	tracks   *tracking.Table
	held     *heldChanges // nil outside of transactions
}

// newKeyspace returns database 0 of a store.
func newKeyspace(store kvdb.Store, name string) *keyspace {
	return &keyspace{
		db:    db{backend: newBackend(store, name), longest: defaultLimits.key},
		locks: newKeyLocks(),
	}
}

// as returns the keyspace for the commands of a client, which has its id.
func (k *keyspace) as(client int64) *keyspace {
	theirs := *k
	theirs.by = client
	return &theirs
}

// choose makes another database the one that k is.
func (k *keyspace) choose(index database.Index) { k.db.index = index }

// unsupported is the error of a command, or an option of one, that the engine
// cannot do.
func (k *keyspace) unsupported(what string) error {
	return commandError(fmt.Sprintf("engine %s does not support %s", k.db.name, what))
}

// get returns the value under key in memory of room, which is asked before there is a
// copy. Without room, the error is errBudget.
func (k *keyspace) get(ctx context.Context, key []byte, room kvdb.Room) (value []byte, found bool, err error) {
	value, err = k.db.get(ctx, key, room)
	switch {
	case err == kvdb.ErrNotFound:
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case value == nil:
		return nil, true, errBudget
	}
	return value, true, nil
}

// exists reports whether there is a value under key.
func (k *keyspace) exists(ctx context.Context, key []byte) (bool, error) {
	return k.db.exists(ctx, key)
}

// ttl returns how long the value under key stays, 0 for good.
func (k *keyspace) ttl(ctx context.Context, key []byte) (ttl time.Duration, found bool, err error) {
	if k.db.ttlGetter == nil {
		found, err = k.exists(ctx, key)
		return 0, found, err
	}
	return k.db.ttl(ctx, key)
}

// putAll sets all pairs at once. A pair is two neighbours.
func (k *keyspace) putAll(ctx context.Context, pairs [][]byte) error {
	muts := make([]kvdb.Mutation, 0, len(pairs)/2)
	keys := make([][]byte, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		muts = append(muts, kvdb.Mutation{Key: pairs[i], Value: pairs[i+1]})
		keys = append(keys, pairs[i])
	}
	defer k.locks.share(keys)()
	defer k.changed(keys...)
	return k.db.apply(ctx, muts)
}

// remove removes the keys and returns how many of them there were. They go at
// once where the engine has batches.
func (k *keyspace) remove(ctx context.Context, keys [][]byte) (n int, err error) {
	// Two that remove the same key must not both find it. A write in between
	// does no harm: it is as if it came before.
	defer k.locks.exclude(keys)()
	muts := make([]kvdb.Mutation, 0, len(keys))
	seen := make(map[string]struct{}, len(keys))
	defer func() {
		gone := make([][]byte, len(muts))
		for i := range muts {
			gone[i] = muts[i].Key
		}
		k.changed(gone...)
	}()
	for _, key := range keys {
		if _, again := seen[string(key)]; again {
			continue
		}
		seen[string(key)] = struct{}{}
		found, err := k.exists(ctx, key)
		if err != nil {
			return 0, err
		}
		if found {
			muts = append(muts, kvdb.Mutation{Key: key, Delete: true})
		}
	}
	switch {
	case len(muts) == 0:
		return 0, nil
	case len(muts) > 1 && k.db.batcher != nil:
		if err := k.db.apply(ctx, muts); err != nil {
			return 0, err
		}
		return len(muts), nil
	}
	for i := range muts {
		if err := k.db.delete(ctx, muts[i].Key); err != nil {
			return 0, err
		}
	}
	return len(muts), nil
}
