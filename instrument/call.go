package instrument

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

// An Operation is the handle of an operation of a [Recorder]. It is safe for
// concurrent use; a nil or zero one records nothing.
type Operation struct {
	observer *observer
	declared record.Operation
	ordinary atomic.Uintptr // an address behind the call of a deferred End
}

// Call returns a call of the operation that is about to be made. It stays on the
// stack of its function, so it costs no allocation.
func (o *Operation) Call() *Call { return &Call{operation: o} }

// longestCall keeps the sum of durations from wrapping round, whatever somebody
// else has measured.
const longestCall = 365 * 24 * time.Hour

// Record records a call that somebody else has timed: it has just ended, with
// err, and took d; less than a nanosecond counts as one, and more than a year as
// a year. Below a parent that is traced it gets a span that began so long ago.
func (o *Operation) Record(ctx context.Context, d time.Duration, err error) {
	c := Call{operation: o}
	c.op.took = min(max(d, 1), longestCall)
	if _, began := c.begin(ctx); began {
		c.finish(err)
	}
}

// A Call is one call of an [Operation], with the details that the caller gives. When
// it has ended it is as new, and can be made again. Its methods are for the
// goroutine that makes the call. A nil or zero one records nothing.
type Call struct {
	operation *Operation
	op        op
	ctx       context.Context //nolint:containedctx // a Call lives as long as the call
	begun     bool
	miss      bool
	key       []byte
	delivered int
}

// mostBytes bounds what one call counts, whatever somebody says it has moved.
const mostBytes = min(1<<40, math.MaxInt)

// Key tells which key the call is for. Lines show its length and hash; nothing
// else sees it. The key must not change until the call has ended.
func (c *Call) Key(key []byte) {
	if c != nil {
		c.key = key
	}
}

// Sent counts bytes of keys and values that the call sends, up to a tebibyte;
// less than nothing is nothing. Told before the call begins it costs nothing.
func (c *Call) Sent(n int) {
	if c == nil {
		return
	}
	n = min(max(n, 0), mostBytes-c.op.sent)
	if c.begun {
		c.op.send(n)
	} else {
		c.op.sent += n
	}
}

// Delivered counts bytes of keys and values that the call delivers, up to a
// tebibyte; less than nothing is nothing.
func (c *Call) Delivered(n int) {
	if c != nil {
		c.delivered += min(max(n, 0), mostBytes-c.delivered)
	}
}

// Items gives the number of items of a batch, before the call begins; fewer than two
// are not a batch. It is shown in kvdb.batch.items, the span and the line.
func (c *Call) Items(n int) {
	if c != nil && n > 1 && !c.begun {
		c.op.items = min(n, mostItems)
	}
}

const mostItems = 1 << 30

// Miss says that a call without an error found nothing. One that returns
// kvdb.ErrNotFound, or an error of [WithNotFound], is a miss without it.
func (c *Call) Miss() {
	if c != nil {
		c.miss = true
	}
}

// begin starts the record of a call, and reports whether it did: not when there
// is nobody to record it, nor a second time before the end.
func (c *Call) begin(ctx context.Context) (context.Context, bool) {
	if c == nil || c.begun || c.operation == nil || c.operation.observer == nil {
		return ctx, false
	}
	if ctx == nil {
		ctx = context.Background()
	}
	o := c.operation
	ctx, _ = c.op.beginBatch(ctx, o.observer, o.declared, c.op.sent, c.op.items)
	c.ctx, c.begun = ctx, true
	return ctx, true
}

// finish ends the record, unless it has ended before.
func (c *Call) finish(err error) {
	if c == nil || !c.begun {
		return
	}
	if err == nil && c.miss {
		err = kvdb.ErrNotFound
	}
	c.begun = false
	c.op.end(c.ctx, c.key, c.delivered, err)
	*c = Call{operation: c.operation}
}
