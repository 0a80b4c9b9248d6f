package main

import (
	"context"
	"slices"

	"github.com/otelkv/otelkv/examples/kvserver/internal/overlay"
	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// A transaction is what a client has sent since MULTI, and what EXEC does about it.
// Its memory is charged to the budget.
type transaction struct {
	calls  []call
	size   int  // charged
	failed bool // one of the commands was refused, so EXEC refuses all
}

// A call is a command that waits for EXEC.
type call struct {
	cmd  *command
	args [][]byte
}

// callOverhead is what a call takes besides its arguments, and argOverhead what an
// argument takes besides its bytes.
const (
	callOverhead = 128
	argOverhead  = 32
)

// queueing is what becomes of a command between MULTI and EXEC.
type queueing uint8

const (
	queued  queueing = iota
	atOnce           // it is about the transaction, or the connection's end
	refused          // the engine's reads of many keys do not see what a transaction wrote
)

// queue keeps a command for EXEC.
func (c *client) queue(cmd *command, args [][]byte) error {
	if cmd.multi == refused {
		return commandError("Command not allowed inside a transaction")
	}
	size, bytes := callOverhead, 0
	for _, arg := range args {
		bytes += len(arg)
	}
	for _, key := range cmd.keys.of(args) {
		size += 2 * len(key) // of a write, once it is done
	}
	size += bytes + argOverhead*len(args)
	if !c.server.budget.Take(size) {
		return errRequests
	}
	c.multi.size += size
	all, kept := make([]byte, 0, bytes), make([][]byte, len(args))
	for i, arg := range args {
		from := len(all)
		all = append(all, arg...)
		kept[i] = all[from:len(all):len(all)]
	}
	c.multi.calls = append(c.multi.calls, call{cmd, kept})
	c.card.queued.Store(int32(len(c.multi.calls)))
	c.out.Simple("QUEUED")
	return nil
}

// errRequests says what is said of a command that has no room while it comes.
var errRequests = commandError(resp.ErrBudget.Error())

// discard ends the transaction, and what was watched for it.
func (c *client) discard() {
	c.unwatch()
	if c.multi == nil {
		return
	}
	c.server.budget.Give(c.multi.size)
	c.multi = nil
	c.card.queued.Store(-1)
}

// keys returns every key that is named.
func (t *transaction) keys() (keys [][]byte) {
	for _, call := range t.calls {
		keys = append(keys, call.cmd.keys.of(call.args)...)
	}
	return keys
}

func (t *transaction) writes() bool {
	return slices.ContainsFunc(t.calls, func(c call) bool { return c.cmd.write })
}

// exec runs the transaction: all of it or, with an error, nothing. Nobody else
// writes one of its keys meanwhile. Its replies wait until the engine has its writes,
// and a command that fails by itself fails nobody else, as in Redis.
func (c *client) exec(ctx context.Context) error {
	if c.multi.writes() && c.keys.db.batcher == nil {
		return codedError("EXECABORT Transaction discarded because of: " + c.keys.unsupported("transactions").Error())
	}
	c.held = &heldReplies{from: c.out.Len(), left: len(c.multi.calls) + 1}
	defer c.release()
	if err := c.hold(0); err != nil {
		return codedError("EXECABORT Transaction discarded because of: " + err.Error())
	}
	if err := c.execLocked(ctx); err != nil {
		return err
	}
	c.held.done = true
	c.stepAside()
	c.discard() // what was queued is not needed while the replies are read
	return c.flushFull()
}

func (c *client) execLocked(ctx context.Context) error {
	outside, version := c.keys, c.out.Version()
	defer outside.locks.exclude(append(c.multi.keys(), c.watched.keys()...))()
	if c.watched.isDirty() {
		c.out.NullArray()
		return nil
	}
	writes := overlay.New(outside.db.store)
	inside := outside.inside(writes)
	c.keys = inside
	defer func() { c.keys = outside }()
	defer inside.held.tell(outside) // while others wait, and also when the engine panics

	c.out.Array(len(c.multi.calls))
	for _, call := range c.multi.calls {
		c.remember(ctx, call.cmd, call.args)
		before := c.out.Len()
		err := call.cmd.run(ctx, c, call.args)
		c.held.left--
		if err == nil {
			err = c.hold(0) // of a write, there is room for it
		}
		if err != nil {
			c.out.Truncate(before)
			c.holdError(err)
		}
	}
	err := writes.Commit(ctx, outside.db.batcher) //otelkv:lockok the locks are there to keep others away who write the keys
	index := inside.db.index
	if err != nil {
		index = outside.db.index
		c.setVersion(version)
	}
	outside.db.wrote = err == nil && inside.db.wrote
	c.keys = outside
	c.choose(index)
	return err
}
