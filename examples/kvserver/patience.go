package main

import (
	"net"
	"sync"
	"time"
)

// A patience is how long reads of a connection wait. Others can wake the reader
// without changing that.
type patience struct {
	conn net.Conn
	news chan struct{} // has one for whoever waits for something else when wake was called

	mu    sync.Mutex
	until time.Time
	woken bool
	deaf  bool
}

// arm lets reads wait for so long from now on.
func (p *patience) arm(d time.Duration) { p.armUntil(time.Now().Add(d)) }

// armUntil lets reads wait until then.
func (p *patience) armUntil(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = until
	if !p.woken {
		p.set(p.until)
	}
}

// wake ends the read that waits, or the next one, with [os.ErrDeadlineExceeded].
func (p *patience) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deaf {
		return
	}
	p.woken = true
	p.set(time.Unix(1, 0))
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// deafen makes wake do nothing from now on: the reader does not wait for messages.
func (p *patience) deafen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf, p.woken = true, false
	p.set(p.until)
}

// slept reports whether wake was called since the last time, and lets reads wait
// again.
func (p *patience) slept() (woken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.woken {
		return false
	}
	p.woken = false
	p.set(p.until)
	return true
}

// set fails when reading will fail, too.
func (p *patience) set(deadline time.Time) {
	_ = p.conn.SetReadDeadline(deadline) //otelkv:lockok it sets a timer and returns
}
