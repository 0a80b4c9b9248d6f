package main

// heldReplies are those of a transaction, of which none is written before its end:
// all of them are in memory at once, and charged to the budget.
type heldReplies struct {
	from    int  // where in c.out they begin
	charged int  // bytes
	done    bool // the transaction is; they can be written
}

// holding reports whether replies have to wait.
func (c *client) holding() bool { return c.held != nil && !c.held.done }

// holdCopy holds what write writes, of which there is another copy of so many bytes.
func (c *client) holdCopy(size int, write func()) error {
	if err := c.charge(size); err != nil { // before there is a copy
		return err
	}
	write()
	return c.hold()
}

// hold charges what a transaction has replied so far.
func (c *client) hold() error {
	size := 2 * (c.out.Len() - c.held.from) // a buffer that grows is there twice
	return c.charge(size - c.held.charged)
}

// charge takes so many bytes more for the replies that are held.
func (c *client) charge(size int) error {
	if size <= 0 {
		return nil
	}
	if !c.server.budget.Take(size) {
		return errBudget
	}
	c.held.charged += size
	return nil
}

// release gives back what was charged for replies that were held.
func (c *client) release() {
	c.server.budget.Give(c.held.charged)
	c.held = nil
}
