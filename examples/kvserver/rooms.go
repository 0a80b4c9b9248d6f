package main

import "github.com/otelkv/otelkv/kvdb"

// rooms are where a client's reads put values. Each is charged to the budget before
// there is a copy, and refused if it does not fit. Their functions are made once, since
// a method value would be allocated for each read.
type rooms struct {
	c     *client
	taken int // bytes of the budget

	reply   kvdb.Room // for a value that is the reply, in its buffer unless it is large
	many    kvdb.Room // for one of several values
	scratch kvdb.Room // for a value that is no reply
}

func newRooms(c *client) rooms {
	return rooms{c: c, reply: c.replyRoom, many: c.manyRoom, scratch: c.scratchRoom}
}

// take charges bytes until release.
func (r *rooms) take(n int) bool {
	if !r.c.server.budget.Take(n) {
		return false
	}
	r.taken += n
	return true
}

// release gives back what was taken.
func (r *rooms) release() {
	if r.taken > 0 {
		r.c.server.budget.Give(r.taken)
		r.taken = 0
	}
}

// whileCopied is what a large value takes that is read: it is there twice, since engines
// hold it in memory of theirs until it is copied. What a write has for its own copies is
// not in use before.
func (c *client) whileCopied(size int) int {
	return max(size, times(2, size)-c.load.copies)
}

func (c *client) replyRoom(size int) []byte {
	switch {
	case c.holding():
		if c.hold(size) != nil {
			return nil
		}
	case size > smallReply && (size > fullReply || !c.roomy()):
		if !c.rooms.take(c.whileCopied(size)) {
			return nil
		}
		return make([]byte, 0, size)
	}
	return c.out.BulkRoom(size)
}

func (c *client) manyRoom(size int) []byte {
	if taken := c.rooms.taken; taken > 0 && taken+size > maxManyBytes || !c.rooms.take(size) {
		return nil
	}
	return make([]byte, 0, size)
}

// scratchRoom has one value at a time.
func (c *client) scratchRoom(size int) []byte {
	c.rooms.release()
	if size > smallReply && !c.rooms.take(c.whileCopied(size)) {
		return nil
	}
	return make([]byte, 0, size)
}

// answer replies with a value that was read into rooms.reply, after so many bytes of
// replies.
func (c *client) answer(before int, value []byte, found bool, err error) error {
	defer c.rooms.release()
	switch {
	case err != nil:
		c.out.Truncate(before)
		return err
	case !found:
		c.out.Null()
		return nil
	case c.rooms.taken == 0:
		c.out.BulkRead(value)
		return nil
	}
	c.server.budget.Give(c.rooms.taken - len(value)) // the engine has let go of it
	c.rooms.taken = len(value)
	return c.direct(value)
}
