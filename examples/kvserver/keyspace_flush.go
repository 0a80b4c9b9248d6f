package main

import (
	"context"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
	"github.com/otelkv/otelkv/kvdb"
)

// What a flush removes at once.
const (
	maxFlushKeys  = 1024
	maxFlushBytes = 256 << 10

	// flushMemory is for the keys, twice as databases other than 0 store them, and for
	// what a command has besides each key.
	flushMemory = 2*(maxFlushBytes+longestKey) + maxFlushKeys*argMemory
)

// flush removes every key of the database, some at a time: engines cannot do it at
// once. A key that is written meanwhile may stay. One that fails, or is cancelled,
// has removed some.
func (k *keyspace) flush(ctx context.Context) error {
	var after []byte
	for {
		keys, err := k.next(ctx, after)
		if err != nil || len(keys) == 0 {
			return err
		}
		if err := k.removeAll(ctx, keys); err != nil {
			return err
		}
		after = k.db.index.Append(nil, keys[len(keys)-1])
	}
}

// next returns the first keys behind a stored one, nil for the first of all.
func (k *keyspace) next(ctx context.Context, after []byte) (keys [][]byte, err error) {
	size := 0
	for entry, err := range k.db.scan(ctx, nil, after, maxFlushKeys) {
		if err != nil {
			return nil, err
		}
		key := append([]byte(nil), k.db.index.Key(entry.Key)...)
		keys = append(keys, key)
		if size += len(key); size > maxFlushBytes {
			break
		}
	}
	return keys, nil
}

// removeAll removes keys whether or not they are there.
func (k *keyspace) removeAll(ctx context.Context, keys [][]byte) error {
	defer k.locks.share(keys)()
	defer k.touched(keys...)
	if k.db.batcher == nil {
		for _, key := range keys {
			if err := k.db.delete(ctx, key); err != nil {
				return err
			}
		}
		return nil
	}
	muts := make([]kvdb.Mutation, len(keys))
	for i, key := range keys {
		muts[i] = kvdb.Mutation{Key: key, Delete: true}
	}
	return k.db.apply(ctx, muts)
}

// flushAll removes every key of every database.
func (k *keyspace) flushAll(ctx context.Context) error {
	every := *k
	for index := range database.Index(database.Count) {
		every.choose(index)
		if err := every.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}
