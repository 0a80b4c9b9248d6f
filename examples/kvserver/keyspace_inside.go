package main

import (
	"context"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
	"github.com/otelkv/otelkv/examples/kvserver/internal/overlay"
)

// inside returns the keyspace for the commands of a transaction: it has what the
// transaction wrote, takes no locks, since whoever runs the transaction has them, and
// keeps changes until they are told.
func (k *keyspace) inside(writes *overlay.Store) *keyspace {
	inside := *k
	inside.db = db{backend: newBackend(writes, k.db.name), index: k.db.index, longest: k.db.longest}
	if k.db.ttlPutter != nil {
		inside.db.ttlPutter = noTTL{}
	}
	if k.db.ttlGetter == nil {
		inside.db.ttlGetter = nil // the overlay has it in any case
	}
	inside.db.remote, inside.db.resolution = k.db.remote, k.db.resolution
	inside.locks = nil
	inside.held = new(heldChanges)
	return &inside
}

// noTTL is for engines that have TTLs: their batches do not.
type noTTL struct{}

func (noTTL) PutTTL(context.Context, []byte, []byte, time.Duration) error {
	return commandError("a value with a time to live cannot be written in a transaction")
}

// heldChanges are those of a transaction, which nobody is told of before its writes
// are done.
type heldChanges struct{ all []watchedKey }

func (h *heldChanges) add(index database.Index, keys [][]byte) {
	for _, key := range keys {
		h.all = append(h.all, watchedKey{index, string(key)})
	}
}

// tell tells the watchers of a keyspace, of neighbours in one database at once.
func (h *heldChanges) tell(k *keyspace) {
	outside := *k
	var keys [][]byte
	for i, changed := range h.all {
		keys = append(keys, []byte(changed.key))
		if i == len(h.all)-1 || h.all[i+1].database != changed.database {
			outside.choose(changed.database)
			outside.changed(keys...)
			keys = keys[:0]
		}
	}
}
