// Package outbox makes calls that may hang, to a logger or a hook of the user,
// for code that must not: in order, from a goroutine of their own.
package outbox

import (
	"context"
	"slices"
	"sync"
	"time"
)

// An Outbox makes the calls that are added to it, one at a time. It has one
// goroutine while there is a call to make, and none otherwise, so a call that
// never returns costs that goroutine and no more. What waits is bounded; calls
// beyond that are dropped and counted. It is safe for concurrent use.
type Outbox struct {
	size int
	tell func(dropped int)

	mu      sync.Mutex
	waiting []func()
	began   time.Time     // of the call under way; zero when there is none
	idle    chan struct{} // closed when all is done; nil without a goroutine
	closed  bool
	dropped int64
	untold  int  // of them, since the last tell
	telling bool // the last call was one of tell
}

// New returns an Outbox in which up to size calls wait for the one under way.
// Before the next call after some were dropped it calls tell, unless it is nil,
// with their number, as it calls the others.
func New(size int, tell func(dropped int)) *Outbox {
	return &Outbox{size: size, tell: tell}
}

// Add hands over a call and does not wait. It returns false when the call is
// dropped: since too many wait, or after Close.
func (b *Outbox) Add(call func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.waiting) >= b.size {
		b.dropped++
		b.untold++
		return false
	}
	b.waiting = append(b.waiting, call)
	if b.idle == nil {
		b.idle = make(chan struct{})
		go b.serve()
	}
	return true
}

// Dropped returns how many calls were dropped so far. One that panicked counts,
// too.
func (b *Outbox) Dropped() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// Stalled returns for how long the call under way has not returned, 0 when
// there is none.
func (b *Outbox) Stalled(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.began.IsZero() {
		return 0
	}
	return max(now.Sub(b.began), 0)
}

// Close drops what is added from now on, and waits for the calls that were
// added before until ctx is done. It returns how many have not returned or were
// not made, which they will not be any more. It may be called again.
func (b *Outbox) Close(ctx context.Context) (left int) {
	b.mu.Lock()
	b.closed = true
	idle := b.idle
	b.mu.Unlock()
	if idle != nil {
		select {
		case <-idle:
		case <-ctx.Done():
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	left = len(b.waiting)
	b.dropped += int64(left)
	b.waiting = nil
	if !b.began.IsZero() {
		left++
	}
	return left
}

// serve makes the calls that wait. One that ends its goroutine, as t.FailNow
// does, ends no other.
func (b *Outbox) serve() {
	done := false
	defer func() {
		if !done {
			go b.serve()
		}
	}()
	for {
		call, lost := b.next()
		if call == nil {
			done = true
			return
		}
		do(call, lost)
	}
}

// next returns what to call, nil when there is nothing, and what to do when it
// does not return as it should.
func (b *Outbox) next() (call, lost func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.began = time.Time{}
	if len(b.waiting) == 0 {
		close(b.idle)
		b.idle = nil
		return nil, nil
	}
	b.began = time.Now()
	if n := b.untold; n > 0 && b.tell != nil && !b.telling {
		b.telling, b.untold = true, 0
		return func() { b.tell(n) }, func() { b.count(0, n) }
	}
	b.telling = false
	call = b.waiting[0]
	b.waiting = slices.Delete(b.waiting, 0, 1)
	return call, func() { b.count(1, 1) }
}

func (b *Outbox) count(dropped int64, untold int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dropped += dropped
	b.untold += untold
}

// do makes a call, and calls lost unless it returns. A panic ends here.
func do(call, lost func()) {
	returned := false
	defer func() {
		if !returned {
			_ = recover()
			lost()
		}
	}()
	call()
	returned = true
}
