package main

import "github.com/otelkv/otelkv/examples/kvserver/internal/database"

// A change is a key that a write has changed, or may have changed if the write
// failed.
type change struct {
	by       int64 // the id of the client that wrote
	database database.Index
	key      []byte
}

// A watcher is told of each change, before the client that made it has its
// reply, and while no other transaction can look at the key: a key that is
// registered somewhere before it is read cannot change without a call. It is
// called on the path of every write, by several goroutines at once, and must
// not block or keep the key.
type watcher interface{ changed(change) }

// changed tells the watchers of keys, and those that track them.
func (k *keyspace) changed(keys ...[]byte) {
	if k.held != nil {
		k.held.add(k.db.index, keys)
		return
	}
	k.tracks.Changed(k.by, keys...)
	k.touched(keys...)
}

// touched tells the watchers alone, for a flush: those that track are told of all keys
// at its end.
func (k *keyspace) touched(keys ...[]byte) {
	for _, w := range k.watchers {
		for _, key := range keys {
			w.changed(change{by: k.by, database: k.db.index, key: key})
		}
	}
}
