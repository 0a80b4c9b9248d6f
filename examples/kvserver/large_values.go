package main

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// maxLargeValues is how many of them are remembered, for some 150 KiB of memory.
const maxLargeValues = 4096

// largeValues remember how large a value is, by a hash of its key. How large it is
// shows otherwise when the engine has copied it. The zero value is empty.
type largeValues struct {
	seed  maphash.Seed
	some  atomic.Bool
	mu    sync.Mutex
	sizes map[uint64]int
}

// saw remembers the size of a value, if it is large, and forgets it otherwise.
func (l *largeValues) saw(key []byte, size int) {
	if size < heavy && !l.some.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sizes == nil {
		l.seed, l.sizes = maphash.MakeSeed(), make(map[uint64]int)
	}
	hash := maphash.Bytes(l.seed, key)
	if size < heavy {
		delete(l.sizes, hash)
		return
	}
	if len(l.sizes) >= maxLargeValues {
		for some := range l.sizes { // any
			delete(l.sizes, some)
			break
		}
	}
	l.sizes[hash] = size
	l.some.Store(true)
}

// of returns the size of a value that is known to be large, and 0 of others.
func (l *largeValues) of(key []byte) int {
	if !l.some.Load() {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sizes[maphash.Bytes(l.seed, key)]
}
