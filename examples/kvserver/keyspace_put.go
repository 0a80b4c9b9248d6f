package main

import (
	"context"
	"strings"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A condition is when a SET is done.
type condition uint8

const (
	always    condition = iota
	ifAbsent            // NX
	ifPresent           // XX
)

// A write is one SET. Without a TTL the value stays.
type write struct {
	key, value []byte
	when       condition
	get        bool // the reply is what was there before
	ttl        time.Duration
	ttlOption  string // as errors name it; of EXAT and PXAT ttl is no duration
	keepTTL    bool
}

// put does a write and reports whether its condition held. What it has to read for
// that is in memory of room, until the next call of it.
func (k *keyspace) put(ctx context.Context, w write, room kvdb.Room) (done bool, err error) {
	if err := k.checkTTL(w); err != nil {
		return false, err
	}
	lock := k.locks.of(w.key)
	if k.looksFirst(w) {
		lock.Lock()
		defer lock.Unlock()
	} else {
		lock.RLock()
		defer lock.RUnlock()
	}
	untouched := false
	defer func() { // also when the engine panics
		if !untouched {
			k.changed(w.key)
		}
	}()
	done, err = k.putLocked(ctx, w, room) //otelkv:lockok the lock is there to keep others away who write the key
	untouched = !done && err == nil
	return done, err
}

// looksFirst reports whether a write is a look first, while nobody else may write the key: a
// swap has no TTL, and keeps none.
func (k *keyspace) looksFirst(w write) bool {
	return w.when != always && (k.db.swapper == nil || w.ttl != 0) || k.keepsTTL(w)
}

// keepsTTL reports whether a write has to find out how long the value before stays. Where
// nothing has a TTL, it is easily kept.
func (k *keyspace) keepsTTL(w write) bool { return w.keepTTL && k.db.ttlGetter != nil }

// checkTTL refuses what the engine cannot do. The locks of this server do not keep those away
// who write to a remote engine by another one.
func (k *keyspace) checkTTL(w write) error {
	switch {
	case w.ttl != 0 && (k.db.ttlPutter == nil || strings.HasSuffix(w.ttlOption, "AT")):
		return k.unsupported(w.ttlOption)
	case w.ttl != 0 && w.when != always && k.db.remote:
		return k.unsupported(w.ttlOption + " together with NX or XX: send it to the remote server itself")
	case w.keepTTL && !k.db.keepsTTLs():
		return k.unsupported("KEEPTTL")
	}
	return nil
}

// putLocked does a write while the caller keeps those away who look first and
// write then, and if that is what this write does, all writers, unless the engine
// swaps.
func (k *keyspace) putLocked(ctx context.Context, w write, room kvdb.Room) (done bool, err error) {
	switch {
	case w.when == always:
		return true, k.putNow(ctx, w)
	case k.looksFirst(w):
		return k.putIf(ctx, w)
	case w.when == ifAbsent:
		return k.db.swap(ctx, w.key, nil, w.value)
	default:
		return k.swapPresent(ctx, w, room)
	}
}

func (k *keyspace) putNow(ctx context.Context, w write) error {
	ttl := w.ttl
	if k.keepsTTL(w) {
		left, _, err := k.ttl(ctx, w.key)
		if err != nil {
			return err
		}
		ttl = k.again(left)
	}
	if ttl != 0 {
		return k.db.putTTL(ctx, w.key, w.value, ttl)
	}
	return k.db.put(ctx, w.key, w.value)
}

// again returns the TTL by which a value ends when the one before would have, which has so
// long left. An engine rounds up: the time between the question and the write must not make
// that one unit more, or a value that is written often never expires.
func (k *keyspace) again(left time.Duration) time.Duration {
	if left == 0 {
		return 0
	}
	return max(left-k.db.resolution/2, 1)
}

// putIf looks and writes. The caller keeps other writers of the key away.
func (k *keyspace) putIf(ctx context.Context, w write) (done bool, err error) {
	found, err := k.exists(ctx, w.key)
	if err != nil || found != (w.when == ifPresent) {
		return false, err
	}
	return true, k.putNow(ctx, w)
}

// swapPresent tries until nobody writes in between: each failure is somebody
// else's success. It gives up with errContended.
func (k *keyspace) swapPresent(ctx context.Context, w write, room kvdb.Room) (done bool, err error) {
	for range mostSwaps {
		old, found, err := k.get(ctx, w.key, room)
		if err != nil || !found {
			return false, err
		}
		if done, err = k.db.swap(ctx, w.key, old, w.value); done || err != nil {
			return done, err
		}
	}
	return false, errContended
}
