package main

import (
	"context"
	"math"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

const (
	// fewArgs are lists of a command that are not charged, and argMemory is what an
	// argument of a longer one takes while the command runs: among mutations, keys
	// that were seen, and locks.
	fewArgs   = 32
	argMemory = 160

	// heavy is a write whose bytes the engine copies more than once: into a batch, a
	// log and pages or tables. Such writes take turns.
	heavy = 1 << 20

	// veryHeavy is a write that the engine has in memory after it has ended, while it
	// writes it out. It is answered after that, and when its garbage is collected: a
	// client that goes on at once would find its own memory taken.
	veryHeavy = 4 << 20
)

// errRunning says what is said of a command that has no room while it comes.
var errRunning = commandError(resp.ErrBudget.Error())

// A load is what a command takes while it runs, in bytes.
type load struct {
	memory  int  // besides its arguments
	copies  int  // of that, what the engine has of the arguments when it writes them
	written int  // at most
	carried bool // it has been taken
}

// weigh returns what a command takes.
func (c *client) weigh(cmd *command, args [][]byte) (l load) {
	if cmd.name == "exec" {
		if t := c.multi; t != nil && !t.failed && t.size >= heavy && t.writes() {
			l.written, l.copies = t.size, engineCopies(t.size)
		}
		l.memory = l.copies
		return l
	}
	if len(args) > fewArgs {
		l.memory = len(args) * argMemory
	}
	if cmd.write {
		for _, arg := range args {
			l.written += len(arg)
		}
	}
	switch {
	case l.written >= heavy:
		l.copies = engineCopies(l.written)
	case l.written > smallReply:
		l.copies = l.written
	}
	l.memory += l.copies
	return l
}

// engineCopies is what the engine has of the bytes of a heavy write: a batch that
// becomes a table in memory, a value that is written out, and a block of a file.
func engineCopies(written int) int { return times(3, written) }

// times returns n times as many bytes, or more than any budget has: on a machine of 32
// bits a few of the largest values are more than an int.
func times(n, bytes int) int {
	const most = math.MaxInt / 2
	if bytes > most/n {
		return most
	}
	return n * bytes
}

// carry takes what a command needs while it runs, until putDown. A large write waits for
// its turn with nothing but its arguments, and is told what others have to say meanwhile.
func (c *client) carry(ctx context.Context, l load) error {
	s := c.server
	if l.written >= heavy && !c.takeTurn(ctx) {
		return errRunning
	}
	defer func() { // also when the engine panics
		if l.written >= heavy && !c.load.carried {
			<-s.heavy
		}
	}()
	if l.written >= veryHeavy {
		s.tables.mark(ctx)
	}
	if !s.budget.Take(l.memory) {
		return errRunning
	}
	l.carried = true
	c.load = l
	return nil
}

// takeTurn waits for the turn of a large write.
func (c *client) takeTurn(ctx context.Context) bool {
	for {
		select {
		case c.server.heavy <- struct{}{}:
			return true
		case <-c.reads.news:
			if c.deliver(); c.flush() != nil {
				return false
			}
		case <-ctx.Done():
			return false
		}
	}
}

// putDown gives back what carry took, unless it has: of a very heavy write that was done,
// when the engine has written it out.
func (c *client) putDown() {
	l, s := c.load, c.server
	c.load = load{}
	if !l.carried {
		return
	}
	defer func() { // also when the engine panics
		s.budget.Give(l.memory)
		if l.written >= heavy {
			<-s.heavy
		}
	}()
	if l.written < veryHeavy {
		return
	}
	c.in.Forget()
	if c.keys.db.wrote {
		s.settle()
	}
}

// stepAside comes before the reply of a command is written, which takes as long as its
// client likes. What is written of a large command has been, and what it promised to need
// it has: others have their turns.
func (c *client) stepAside() {
	if c.load.written >= heavy {
		c.putDown()
	}
	if c.turn.size > 0 {
		c.endTurn()
	}
}
