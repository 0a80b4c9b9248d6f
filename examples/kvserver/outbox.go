package main

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// maxOutbox is how many bytes of messages wait for a client's goroutine.
const maxOutbox = 64 << 10

// An outbox has the messages for a client that others send it, such as
// invalidations. They never wait: its goroutine takes the messages over between
// two commands, so that none stands in the middle of a reply, and each behind
// the replies of what was read before it was sent. The zero value is closed.
type outbox struct {
	some atomic.Bool // looked at after each command

	mu       sync.Mutex
	budget   *resp.Budget // nil when closed
	messages []byte
	taken    int // bytes of the budget
}

func (o *outbox) open(budget *resp.Budget) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.budget = budget
}

// put keeps a message, which is whole and encoded, and reports whether there was
// room. First is true if nothing waited before.
func (o *outbox) put(message []byte) (first, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.budget == nil || len(o.messages)+len(message) > maxOutbox || !o.budget.Take(2*len(message)) {
		return false, false
	}
	o.taken += 2 * len(message) // with its copy among the replies
	first = len(o.messages) == 0
	o.messages = append(o.messages, message...)
	o.some.Store(true)
	return first, true
}

// replace puts a short message in place of all that wait, for which there is always
// room.
func (o *outbox) replace(message []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.budget == nil {
		return
	}
	o.give()
	o.messages = bytes.Clone(message)
	o.some.Store(true)
}

// take hands over all messages, and what they have of the budget: the caller gives it
// back when they are written.
func (o *outbox) take() (messages []byte, taken int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.some.Store(false)
	messages, taken = o.messages, o.taken
	o.messages, o.taken = nil, 0
	return messages, taken
}

// give gives back what was taken from the budget.
func (o *outbox) give() {
	if o.budget != nil {
		o.budget.Give(o.taken)
	}
	o.taken = 0
}

// drop forgets what waits.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.some.Store(false)
	o.messages = nil
	o.give()
}

// shut forgets what waits, and refuses what comes.
func (o *outbox) shut() {
	o.drop()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.give()
	o.messages, o.budget = nil, nil
}

// push sends the client a message from any goroutine: a push of version 3, whole
// and encoded. It does not block, and keeps nothing of message. It reports false
// if there is no room, or the client is leaving: then the caller decides what a
// client may miss.
func (c *client) push(message []byte) bool {
	first, ok := c.outbox.put(message)
	if first {
		c.reads.wake()
	}
	return ok
}

// deliver writes the messages that wait behind the replies so far. A client that
// has gone back to version 2 cannot tell them from replies, and gets none.
func (c *client) deliver() {
	if !c.outbox.some.Load() {
		return
	}
	c.reads.slept()
	messages, taken := c.outbox.take()
	c.pushed += taken
	if c.out.Version() == resp.Version3 {
		c.out.Raw(messages)
	}
}
