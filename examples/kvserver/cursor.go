package main

import (
	"bytes"
	"container/list"
	"math/rand/v2"
	"sync"
)

// cursors remember where scans are. A cursor is a number in the protocol, and
// the place to go on is a key, so the server keeps the last of them; who comes
// later than so many others has to begin again.
//
// Numbers are never used twice, nor by the next process: a cursor from before a
// restart is unknown, and not a wrong place.
type cursors struct {
	mu     sync.Mutex
	size   int
	last   int64
	recent *list.List // of place, the latest first
	places map[int64]*list.Element
}

type place struct {
	cursor int64
	after  []byte
}

func newCursors(size int) *cursors {
	return &cursors{
		size:   size,
		last:   rand.Int64N(1<<30) << 32, // #nosec: it need not be a secret
		recent: list.New(),
		places: make(map[int64]*list.Element, size),
	}
}

// add returns a cursor for the place after a key, which it keeps.
func (c *cursors) add(after []byte) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.recent.Len() == c.size {
		oldest := c.recent.Back()
		delete(c.places, oldest.Value.(place).cursor)
		c.recent.Remove(oldest)
	}
	c.last++
	c.places[c.last] = c.recent.PushFront(place{c.last, bytes.Clone(after)})
	return c.last
}

// find returns the key that a cursor is behind, nil for the cursor 0. A cursor
// can be used again.
func (c *cursors) find(digits []byte) (after []byte, err error) {
	cursor, err := parseCursor(digits)
	if cursor == 0 || err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.places[cursor]
	if !ok {
		return nil, commandError("the cursor is unknown or too old: begin again with 0")
	}
	c.recent.MoveToFront(e)
	return e.Value.(place).after, nil
}
