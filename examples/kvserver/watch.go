package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
)

// watches know which transactions a write of a key spoils.
type watches struct {
	some atomic.Int64 // watched keys: a write of all others costs one load

	mu sync.Mutex
	of map[watchedKey][]*watched
}

type watchedKey struct {
	database database.Index
	key      string
}

// watched is what a client watches for its next transaction. A nil one is nothing.
type watched struct {
	all   map[watchedKey]struct{}
	size  int // charged
	dirty atomic.Bool
	until time.Time // the first of them has expired; zero is never
}

// watchOverhead is what a watched key takes besides its bytes.
const watchOverhead = 192

// watch watches keys. A write that was done before may spoil the transaction, and
// one that is done afterwards will: each tells of itself before it lets go of the
// lock of its key, and EXEC takes that lock before it looks.
func (c *client) watch(keys [][]byte) error {
	if c.watched == nil {
		c.watched = &watched{all: make(map[watchedKey]struct{})}
	}
	for _, key := range keys {
		name := watchedKey{c.keys.db.index, string(key)}
		if _, again := c.watched.all[name]; again {
			continue
		}
		size := watchOverhead + 2*len(key)
		if !c.server.budget.Take(size) {
			return errRequests
		}
		c.watched.size += size
		c.watched.all[name] = struct{}{}
		c.server.watches.add(name, c.watched)
	}
	c.card.watching.Store(int32(len(c.watched.all)))
	return nil
}

// unwatch watches nothing any more.
func (c *client) unwatch() {
	if c.watched == nil {
		return
	}
	c.server.watches.remove(c.watched)
	c.server.budget.Give(c.watched.size)
	c.watched = nil
	c.card.watching.Store(0)
}

func (w *watched) keys() (keys [][]byte) {
	if w == nil {
		return nil
	}
	for name := range w.all {
		keys = append(keys, []byte(name.key))
	}
	return keys
}

// isDirty reports whether a key has changed or expired, as Redis sees it.
func (w *watched) isDirty() bool {
	return w != nil && (w.dirty.Load() || !w.until.IsZero() && !time.Now().Before(w.until))
}

// watchExpiry finds out when the first of the watched keys expires.
func (c *client) watchExpiry(ctx context.Context, keys [][]byte) error {
	if c.keys.db.ttlGetter == nil {
		return nil
	}
	for _, key := range keys {
		ttl, _, err := c.keys.ttl(ctx, key)
		if err != nil {
			return err
		}
		if at := time.Now().Add(ttl); ttl > 0 && (c.watched.until.IsZero() || at.Before(c.watched.until)) {
			c.watched.until = at
		}
	}
	return nil
}

func (s *watches) add(name watchedKey, w *watched) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = make(map[watchedKey][]*watched)
	}
	s.of[name] = append(s.of[name], w)
	s.some.Add(1)
}

func (s *watches) remove(w *watched) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range w.all {
		s.some.Add(-1)
		if rest := slices.DeleteFunc(s.of[name], func(each *watched) bool { return each == w }); len(rest) > 0 {
			s.of[name] = rest
		} else {
			delete(s.of, name)
		}
	}
}

// changed is a watcher of the keyspace.
func (s *watches) changed(c change) {
	if s.some.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.of[watchedKey{c.database, string(c.key)}] {
		w.dirty.Store(true)
	}
}
