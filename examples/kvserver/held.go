package main

// heldReplies are those of a transaction, of which none is written before its end:
// all of them are in memory at once, and charged to the budget.
type heldReplies struct {
	from    int  // where in c.out they begin
	left    int  // commands that have not run, and the head of the reply
	charged int  // bytes
	done    bool // the transaction is; they can be written
}

// shortReply is the longest reply of a command that has written. There is always
// memory for it, since the command cannot be refused once it has run.
const shortReply = 64

const errShort = commandError("not enough memory for the reply")

// holding reports whether replies have to wait.
func (c *client) holding() bool { return c.held != nil && !c.held.done }

// hold charges what a transaction has replied so far and so many bytes more, before
// they are there, and short replies of what has not run. A buffer that grows is there
// twice, and larger by a quarter.
func (c *client) hold(more int) error {
	h := c.held
	want := times(5, c.out.Len()-h.from+more+h.left*shortReply) / 2
	if d := want - h.charged; d > 0 {
		if !c.server.budget.Take(d) {
			return errBudget
		}
		h.charged = want
	}
	return nil
}

// holdError replies with the error of a command in a transaction, as briefly as there
// is memory.
func (c *client) holdError(err error) {
	before := c.out.Len()
	c.refuse(err)
	if c.hold(0) != nil {
		c.out.Truncate(before)
		c.refuse(errShort)
	}
}

// release gives back what was charged for replies that were held.
func (c *client) release() {
	c.server.budget.Give(c.held.charged)
	c.held = nil
}
