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
	args  int // of this command that it has looked at
}

// awaitTurn waits if the first large argument of a command is coming, of which there is
// next to nothing yet. With those that come later the command needs more, and gets it if
// it need not wait: it holds memory. So does a transaction.
func (c *client) awaitTurn() {
	n := c.in.Coming()
	if n == 0 {
		if c.turn.size > 0 && c.in.Refused() {
			c.endTurn()
		}
		return
	}
	args, before := c.in.Arguments()
	sum := before + n
	if sum < heavy || c.multi != nil || args < c.turn.args {
		return
	}
	c.turn.args = args + 1
	all := c.server.turns.size
	fits := sum <= all/(1+engineCopies(1))
	switch {
	case !fits && writes(c.in.Name()): // there is never enough for it
		c.in.Refuse()
		c.endTurn()
		return
	case sum > all:
		return
	}
	size := all
	if fits {
		size = sum + engineCopies(sum)
	}
	if c.turn.asked || before >= heavy {
		if more := size - c.turn.size; more > 0 && !c.server.turns.all.TryAcquire(int64(more)) {
			return
		}
	} else if c.turn.asked = true; !c.acquire(size) {
		return
	}
	c.turn.size = max(c.turn.size, size)
	if fits {
		c.in.TakeWhole()
	}
}

// acquire waits for a turn, for turnTime at most, and writes what others have to say
// meanwhile. If the client does not read that it may have its turn while it is written to,
// which costs others no more than one that sends nothing.
func (c *client) acquire(size int) bool {
	ctx, cancel := context.WithTimeout(c.server.waits, turnTime)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- c.server.turns.all.Acquire(ctx, int64(size)) }()
	for {
		select {
		case err := <-done:
			return err == nil
		case <-c.reads.news:
			if c.deliver(); c.flush() != nil { // the next read fails, or the next flush
				cancel()
				return <-done == nil
			}
		}
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
