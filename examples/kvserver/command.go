package main

import (
	"bytes"
	"context"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A command is a row of the table.
type command struct {
	name    string // in lower case; of a subcommand with both names: client|id
	arity   int    // arguments with the names; when negative, at least as many
	keys    keyArgs
	write   bool
	long    bool // it can go on for long, and is cancelled when its client has gone
	multi   queueing
	group   string // what it is about, for COMMAND DOCS
	summary string // a sentence
	syntax  string // of a subcommand, for HELP: its name and arguments

	// run writes the reply to c.out, or returns an error, which becomes the
	// reply. Of a command with subcommands it is for when none is named; nil
	// refuses that.
	run func(ctx context.Context, c *client, args [][]byte) error
	sub []command
}

// keyArgs tell clients which arguments are keys: from first to last, counted
// from the end when negative, in steps.
type keyArgs struct{ first, last, step int }

var (
	oneKey  = keyArgs{1, 1, 1}
	allKeys = keyArgs{1, -1, 1}
	allOdd  = keyArgs{1, -1, 2}
)

// of returns the keys among the arguments of a command.
func (k keyArgs) of(args [][]byte) [][]byte {
	last := k.last
	if last < 0 {
		last += len(args)
	}
	if k.step == 0 || last >= len(args) {
		return nil
	}
	keys := make([][]byte, 0, (last-k.first)/k.step+1)
	for i := k.first; i <= last; i += k.step {
		keys = append(keys, args[i])
	}
	return keys
}

var commands = make(map[string]*command)

func init() { // in a function, since COMMAND is in the table and looks at it
	for _, cmd := range table() {
		commands[cmd.name] = &cmd
	}
}

// maxName is longer than every name.
const maxName = 16

// find returns the command of a name in upper or lower case, nil when there is
// none.
func find(name []byte) *command {
	var lower [maxName]byte
	if len(name) > len(lower) {
		return nil
	}
	for i, b := range name {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower[i] = b
	}
	return commands[string(lower[:len(name)])]
}

// choose returns the command that the arguments call, or why there is none.
func choose(args [][]byte) (*command, error) {
	cmd := find(args[0])
	if cmd == nil {
		return nil, errUnknown(args)
	}
	if len(cmd.sub) > 0 && len(args) > 1 {
		container := cmd
		if cmd = container.child(args[1]); cmd == nil {
			return nil, errUnknownSub(container, args[1])
		}
	}
	if !cmd.takes(len(args)) {
		return cmd, errArity(cmd)
	}
	return cmd, nil
}

// takes reports whether the command has n arguments, its name among them.
func (cmd *command) takes(n int) bool {
	return cmd.run != nil && n >= max(cmd.arity, -cmd.arity) && (cmd.arity < 0 || n == cmd.arity)
}

// reads reports whether the command delivers what is under its keys.
func (cmd *command) reads() bool {
	return cmd.keys.step > 0 && !cmd.write && cmd.multi != atOnce // as WATCH is
}

func (cmd *command) child(name []byte) *command {
	for i := range cmd.sub {
		if bytes.EqualFold(name, []byte(cmd.sub[i].name[len(cmd.name)+1:])) {
			return &cmd.sub[i]
		}
	}
	return nil
}

// run runs a command, or keeps it for EXEC, and writes its reply, whatever happens.
func (c *client) run(ctx context.Context, args [][]byte) {
	c.commands++
	cmd, err := choose(args)
	switch {
	case err != nil:
		c.speaksHTTP(args[0])
		c.reject(cmd, err)
	case c.multi == nil || cmd.multi == atOnce:
		c.last = cmd
		c.call(ctx, cmd, args)
	default:
		c.last = cmd
		if err := c.queue(cmd, args); err != nil {
			c.reject(cmd, err)
		}
	}
	if c.multi == nil { // or what CLIENT CACHING says is about all that is queued
		c.tracked(cmd)
	}
}

// reject refuses a command that was not run. Without it a transaction would not be
// what the client wanted.
func (c *client) reject(cmd *command, err error) {
	if cmd != nil && cmd.name == "exec" {
		c.discard()
		err = codedError("EXECABORT Transaction discarded because of: " + err.Error())
	}
	if c.multi != nil {
		c.multi.failed = true
	}
	c.refuse(err)
}

// call runs a command that there is.
func (c *client) call(ctx context.Context, cmd *command, args [][]byte) {
	if cmd.long {
		c.lookout.begin()
		defer c.lookout.end()
	}
	c.remember(ctx, cmd, args)
	err := c.carry(ctx, c.weigh(cmd, args))
	before, flushes := c.out.Len(), c.flushes
	if err == nil {
		c.running = true
		defer func() { // also when it panics
			c.running = false
			c.putDown()
		}()
		c.keys.db.wrote = false
		err = c.server.traces.run(ctx, c, cmd, args)
	} else if cmd.name == "exec" {
		c.discard() // it has ended, and nothing of it has run
		err = codedError("EXECABORT Transaction discarded because of: " + err.Error())
	}
	switch {
	case err == nil, c.broken != nil:
	case flushes == c.flushes:
		c.out.Truncate(before)
		c.refuse(err)
	default: // the client has read the beginning of a reply that has no end
		c.server.log.warn(catalog.ReplyCutOff, c.conn.RemoteAddr(), zap.Error(err))
		c.out.Reset(0)
		c.leaving = true
	}
}

// speaksHTTP makes a web browser leave at once: a page can let it send a request
// here, whose body would then be commands.
func (c *client) speaksHTTP(name []byte) {
	if bytes.EqualFold(name, []byte("post")) || bytes.EqualFold(name, []byte("host:")) {
		c.server.log.warn(catalog.ClientSpeaksHTTP, c.conn.RemoteAddr())
		c.leaving = true
	}
}
