package main

import (
	"hash/maphash"
	"slices"
	"sync"
)

// lockStripes is how many locks there are: more than clients usually write at
// the same moment, and cheap at 24 bytes each.
const lockStripes = 1024

// keyLocks are locks of keys, of which those with the same hash share one. Each
// writer of a key takes its lock, until those have been told who want to know of
// changes: a plain one shares it, since such writes may come in any order, as
// does one that the engine compares and swaps; one that looks first has it alone,
// and so has a transaction. Nil ones are for inside of that.
type keyLocks struct {
	seed    maphash.Seed
	stripes [lockStripes]sync.RWMutex
}

func newKeyLocks() *keyLocks { return &keyLocks{seed: maphash.MakeSeed()} }

func (l *keyLocks) of(key []byte) *sync.RWMutex {
	if l == nil {
		return new(sync.RWMutex)
	}
	return &l.stripes[l.index(key)]
}

func (l *keyLocks) index(key []byte) int {
	return int(maphash.Bytes(l.seed, key) % lockStripes)
}

// share takes the locks of all keys to share them.
func (l *keyLocks) share(keys [][]byte) (unlock func()) {
	return l.each(keys, (*sync.RWMutex).RLock, (*sync.RWMutex).RUnlock)
}

// exclude takes the locks of all keys alone.
func (l *keyLocks) exclude(keys [][]byte) (unlock func()) {
	return l.each(keys, (*sync.RWMutex).Lock, (*sync.RWMutex).Unlock)
}

// each takes each lock once, and all callers take them in the same order: two
// of them never wait for each other.
func (l *keyLocks) each(keys [][]byte, lock, unlock func(*sync.RWMutex)) func() {
	if l == nil {
		return func() {}
	}
	indexes := make([]int, len(keys))
	for i, key := range keys {
		indexes[i] = l.index(key)
	}
	slices.Sort(indexes)
	indexes = slices.Compact(indexes)
	for _, i := range indexes {
		lock(&l.stripes[i])
	}
	return func() {
		for _, i := range indexes {
			unlock(&l.stripes[i])
		}
	}
}
