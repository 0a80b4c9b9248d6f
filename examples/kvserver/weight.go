package main

import (
	"context"

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

// weigh returns how many bytes a command takes while it runs, besides its arguments,
// and how many it writes.
func (c *client) weigh(cmd *command, args [][]byte) (memory, written int) {
	if cmd.name == "exec" {
		if t := c.multi; t == nil || t.failed || t.size < heavy || !t.writes() {
			return 0, 0
		}
		return engineCopies(c.multi.size), c.multi.size
	}
	if len(args) > fewArgs {
		memory = len(args) * argMemory
	}
	if cmd.write {
		for _, arg := range args {
			written += len(arg)
		}
	}
	switch {
	case written >= heavy:
		memory += engineCopies(written)
	case written > smallReply:
		memory += written
	}
	return memory, written
}

// engineCopies is what the engine has of the bytes of a heavy write: a batch that
// becomes a table in memory, a value that is written out, and a block of a file.
func engineCopies(written int) int { return 3 * written }

// carry takes what a command needs while it runs, until putDown of the same. A large
// write waits for its turn with nothing but its arguments.
func (s *server) carry(ctx context.Context, memory, written int) error {
	carried := false
	if written >= heavy {
		select {
		case s.heavy <- struct{}{}:
		case <-ctx.Done():
			return errRunning
		}
		defer func() { // also when the engine panics
			if !carried {
				<-s.heavy
			}
		}()
	}
	if written >= veryHeavy {
		s.tables.mark(ctx)
	}
	if carried = s.budget.Take(memory); !carried {
		return errRunning
	}
	return nil
}

// putDown gives back what carry took: of a very heavy write that was done, when the
// engine has written it out.
func (s *server) putDown(memory, written int, done bool) {
	defer func() { // also when the engine panics
		s.budget.Give(memory)
		if written >= heavy {
			<-s.heavy
		}
	}()
	if done && written >= veryHeavy {
		s.settle()
	}
}
