package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/otelkv/otelkv/kvdb"
)

// A keyspace is a store as commands see it. The capabilities are looked up
// once; those that the engine lacks are nil, and commands that need them fail
// with an unsupported error.
type keyspace struct {
	store       kvdb.Store
	engine      string
	appender    kvdb.Appender
	batcher     kvdb.Batcher
	multiGetter kvdb.MultiGetter
	scanner     kvdb.Scanner
	swapper     kvdb.Swapper
	ttlPutter   kvdb.TTLPutter

	locks *keyLocks
	many  *manyReads

	by       int64 // the id of the client
	watchers []watcher
}

// manyReads bound the keys of MGETs that are inside the engine.
type manyReads struct {
	entering sync.Mutex // held to take more than one place
	places   chan struct{}
}

func newKeyspace(store kvdb.Store, engine string) *keyspace {
	k := &keyspace{store: store, engine: engine, locks: newKeyLocks()}
	k.many = &manyReads{places: make(chan struct{}, manyPlaces)}
	k.appender, _ = kvdb.As[kvdb.Appender](store)
	k.batcher, _ = kvdb.As[kvdb.Batcher](store)
	k.multiGetter, _ = kvdb.As[kvdb.MultiGetter](store)
	k.scanner, _ = kvdb.As[kvdb.Scanner](store)
	k.swapper, _ = kvdb.As[kvdb.Swapper](store)
	k.ttlPutter, _ = kvdb.As[kvdb.TTLPutter](store)
	return k
}

// as returns the keyspace for the commands of a client, which has its id.
func (k *keyspace) as(client int64) *keyspace {
	theirs := *k
	theirs.by = client
	return &theirs
}

// unsupported is the error of a command, or an option of one, that the engine
// cannot do.
func (k *keyspace) unsupported(what string) error {
	return commandError(fmt.Sprintf("engine %s does not support %s", k.engine, what))
}

// get appends the value under key to dst. found is false, and dst as it was,
// when there is none.
func (k *keyspace) get(ctx context.Context, dst, key []byte) (value []byte, found bool, err error) {
	if k.appender != nil {
		value, err = k.appender.AppendGet(ctx, dst, key)
	} else if value, err = k.store.Get(ctx, key); err == nil {
		value = append(dst, value...)
	}
	switch {
	case err == kvdb.ErrNotFound:
		return dst, false, nil
	case err != nil:
		return dst, false, err
	}
	return value, true, nil
}

// getMany returns the values under keys, nil for those that are absent. It
// waits for places.
func (k *keyspace) getMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	places := (len(keys) + manyKeysAPlace - 1) / manyKeysAPlace
	k.many.entering.Lock()
	for range places {
		k.many.places <- struct{}{}
	}
	k.many.entering.Unlock()
	defer func() {
		for range places {
			<-k.many.places
		}
	}()
	return k.multiGetter.GetMany(ctx, keys)
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
	return k.batcher.Apply(ctx, muts)
}

// remove removes the keys and returns how many of them there were. They go at
// once where the engine has batches.
func (k *keyspace) remove(ctx context.Context, scratch []byte, keys [][]byte) (n int, err error) {
	// Two that remove the same key must not both find it. A write in between
	// does no harm: it is as if it came before.
	defer k.locks.exclude(keys)()
	muts := make([]kvdb.Mutation, 0, len(keys))
	seen := make(map[string]struct{}, len(keys))
	defer func() {
		for i := range muts {
			k.changed(muts[i].Key)
		}
	}()
	for _, key := range keys {
		if _, again := seen[string(key)]; again {
			continue
		}
		seen[string(key)] = struct{}{}
		_, found, err := k.get(ctx, scratch, key)
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
	case len(muts) > 1 && k.batcher != nil:
		if err := k.batcher.Apply(ctx, muts); err != nil {
			return 0, err
		}
		return len(muts), nil
	}
	for i := range muts {
		if err := k.store.Delete(ctx, muts[i].Key); err != nil {
			return 0, err
		}
	}
	return len(muts), nil
}
