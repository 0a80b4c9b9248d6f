package main

import (
	"context"

	"github.com/otelkv/otelkv/kvdb"
)

// mostSwaps bounds how often one command tries to swap a key that others write all the time. With a hundred
// writers that take turns at random it is in vain for one command of some twenty thousand.
const mostSwaps = 1000

// errContended has a code that clients of Redis know as one to try again.
const errContended = codedError("TRYAGAIN others write the key all the time: nothing was written, so send the command again")

// exchange does a write and returns what was there before in memory of room, while
// nobody else writes the key. Without room nothing is written. It is not settled, and nothing is
// written, if another program has written the key meanwhile: then what it returned is to be
// forgotten, and it can be tried again.
func (k *keyspace) exchange(ctx context.Context, w write, room kvdb.Room) (old []byte, found, settled bool, err error) {
	if err := k.checkTTL(w); err != nil {
		return nil, false, true, err
	}
	lock := k.locks.of(w.key)
	lock.Lock()
	defer lock.Unlock()
	old, found, err = k.get(ctx, w.key, room) //otelkv:lockok the lock is there to keep others away who write the key
	if err != nil {
		return nil, false, true, err
	}
	if w.when != always && found != (w.when == ifPresent) {
		return old, found, true, nil
	}
	settled = true
	defer func() { // also when the engine panics
		if settled {
			k.changed(w.key)
		}
	}()
	if !k.noticesOthers(w) {
		return old, found, true, k.putNow(ctx, w) //otelkv:lockok as above
	}
	before := old
	if !found {
		before = nil
	}
	swapped, err := k.db.swap(ctx, w.key, before, w.value) //otelkv:lockok as above
	settled = swapped || err != nil
	return old, found, settled, err
}

// noticesOthers reports whether a write is a swap, which notices other programs that no lock of
// this one keeps away. A swap has no TTL.
func (k *keyspace) noticesOthers(w write) bool {
	return k.db.remote && k.db.swapper != nil && w.ttl == 0
}
