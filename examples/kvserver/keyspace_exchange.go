package main

import (
	"context"

	"github.com/otelkv/otelkv/kvdb"
)

// exchange does a write and returns what was there before in memory of room, while
// nobody else writes the key. Without room nothing is written.
func (k *keyspace) exchange(ctx context.Context, w write, room kvdb.Room) (old []byte, found bool, err error) {
	if err := k.checkTTL(w); err != nil {
		return nil, false, err
	}
	lock := k.locks.of(w.key)
	lock.Lock()
	defer lock.Unlock()
	old, found, err = k.get(ctx, w.key, room) //otelkv:lockok the lock is there to keep others away who write the key
	if err != nil {
		return nil, false, err
	}
	if w.when != always && found != (w.when == ifPresent) {
		return old, found, nil
	}
	defer k.changed(w.key)
	return old, found, k.putNow(ctx, w) //otelkv:lockok as above
}
