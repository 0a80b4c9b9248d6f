package main

import "time"

const (
	// smallReply is how large a client's buffer for replies is without the budget.
	smallReply = 1 << 10

	// fullReply is how much is collected with it. Larger values are not copied.
	fullReply = 8 << 10

	// replyMemory is what a client with more than small replies takes from the
	// budget: a buffer that has doubled to twice fullReply, and a value.
	replyMemory = 3 * fullReply

	// maxPiece is written at once. Behind it the server looks how far it has come.
	maxPiece = 256 << 10
)

const errBudget = commandError("not enough memory for the reply: ask for less at once, try again later, " +
	"or give the server more with -memory")

// roomy reports whether the client has memory for more than small replies.
func (c *client) roomy() bool {
	if c.replies == 0 && c.server.budget.Take(replyMemory) {
		c.replies = replyMemory
	}
	return c.replies > 0
}

// rest gives back what an idle client does not need. There is nothing to be written.
func (c *client) rest() {
	c.in.Shrink()
	c.server.budget.Give(c.replies)
	c.replies = 0
	c.out.Reset(2 * smallReply)
	c.reuse(c.value)
}

// reuse keeps the memory of a value for the next one, unless it is too large.
func (c *client) reuse(value []byte) {
	most := 2 * smallReply
	if c.replies > 0 {
		most = fullReply + smallReply
	}
	c.value = nil
	if cap(value) <= most {
		c.value = value[:0]
	}
}

// flushFull flushes when the replies fill their buffer.
func (c *client) flushFull() error {
	if c.holding() {
		return c.hold(0)
	}
	if n := c.out.Len(); n < smallReply || n < fullReply && c.roomy() {
		return nil
	}
	return c.flush()
}

// flush writes the replies so far.
func (c *client) flush() error {
	c.server.stats.commands.Add(c.commands)
	c.commands = 0
	now := time.Now()
	c.publish(now)
	if c.pushed > 0 {
		defer func() {
			c.server.budget.Give(c.pushed)
			c.pushed = 0
		}()
	}
	if c.out.Len() == 0 {
		return nil
	}
	if c.running {
		c.stepAside()
		now = time.Now()
	}
	c.flushes++
	c.write(now, c.out.Bytes())
	if c.replies > 0 {
		c.out.Reset(2 * fullReply)
	} else {
		c.out.Reset(2 * smallReply)
	}
	return c.broken
}

// write writes to the client, which may take as long as it reads on.
func (c *client) write(began time.Time, b []byte) {
	for written := 0; written < len(b) && c.broken == nil; {
		_ = c.conn.SetWriteDeadline(began.Add(c.server.limits.allowed(c.server.limits.replyTime, written)))
		var n int
		n, c.broken = c.conn.Write(b[written:min(len(b), written+maxPiece)])
		written += n
	}
}

// bulk replies with a value of any size, which is charged to the budget until the
// client has read it, unless it is small.
func (c *client) bulk(value []byte) error {
	if c.holding() {
		if err := c.hold(len(value)); err != nil {
			return err
		}
		c.out.Bulk(value)
		return nil
	}
	if len(value) <= smallReply || len(value) <= fullReply && c.roomy() {
		c.out.Bulk(value)
		return nil
	}
	if !c.server.budget.Take(len(value)) {
		return errBudget
	}
	defer c.server.budget.Give(len(value))
	return c.direct(value)
}

// direct replies with a value, of which it makes no copy.
func (c *client) direct(value []byte) error {
	c.out.BulkHeader(len(value))
	if err := c.flush(); err != nil {
		return err
	}
	c.write(time.Now(), value)
	c.out.BulkEnd()
	return c.broken
}

// large replies with what write writes, of which there is another copy of so
// many bytes. Both are charged to the budget until the client has read them.
func (c *client) large(size int, write func()) error {
	if c.holding() {
		if err := c.hold(2 * size); err != nil {
			return err
		}
		write()
		return nil
	}
	if !c.server.budget.Take(2 * size) {
		return errBudget
	}
	defer c.server.budget.Give(2 * size)
	write()
	return c.flush()
}
