package main

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"
)

// turnTime is how long a client waits for its turn at most. Then it goes on without
// one, and is refused if there is no memory.
const turnTime = 10 * time.Second

// turns let clients that send large arguments wait until those before them have room
// for all that they need, so that of many at once each is served and none is refused
// with half of its bytes there. They promise memory and take none: whoever sends
// nothing more holds up others that send large arguments, for turnTime at most.
type turns struct {
	size int
	all  *semaphore.Weighted
}

func newTurns(size int) *turns { return &turns{size, semaphore.NewWeighted(int64(max(size, 0)))} }

// A sendTurn is that of a client. The zero value is none.
type sendTurn struct {
	asked bool // in this command
	size  int
}

// awaitTurn waits if a large argument is coming, of which there is next to nothing yet.
// Within a transaction there is: that goes on, as it holds memory.
func (c *client) awaitTurn() {
	n := c.in.Coming()
	fits := n <= c.server.turns.size/(1+engineCopies(1))
	switch {
	case n == 0 && c.turn.size > 0 && c.in.Refused():
		c.endTurn()
		return
	case n < heavy || c.multi != nil:
		return
	case !fits && writes(c.in.Name()): // there is never enough for it
		c.in.Refuse()
		c.endTurn()
		return
	case n > c.server.turns.size || c.turn.asked:
		return
	}
	c.turn.asked = true
	ctx, cancel := context.WithTimeout(c.server.waits, turnTime)
	defer cancel()
	size := c.server.turns.size
	if fits {
		size = n + engineCopies(n)
	}
	if c.server.turns.all.Acquire(ctx, int64(size)) != nil {
		return
	}
	c.turn.size = size
	if fits {
		c.in.TakeWhole()
	}
}

// writes reports whether a command of that name writes.
func writes(name []byte) bool {
	cmd := find(name)
	return cmd != nil && cmd.write
}

// endTurn lets others have theirs.
func (c *client) endTurn() {
	if c.turn.size > 0 {
		c.server.turns.all.Release(int64(c.turn.size))
	}
	c.turn = sendTurn{}
}
