package main

import (
	"context"
	"net"
	"sync"
	"time"
)

// lookoutInterval is how often a lookout looks. A client that has closed its side
// is given one interval more, for those that close it behind their last command and
// read on.
const lookoutInterval = 100 * time.Millisecond

// A lookout notices that a client has gone while a long command runs for it, when
// nobody reads from its connection, and cancels what runs. It costs a timer.
type lookout struct {
	conn   net.Conn
	cancel context.CancelFunc

	mu      sync.Mutex
	timer   *time.Timer
	on      bool
	closing bool // its side was closed at the last look
}

// begin looks out until end.
func (l *lookout) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on, l.closing = true, false
	if l.timer == nil {
		l.timer = time.AfterFunc(lookoutInterval, l.look)
	} else {
		l.timer.Reset(lookoutInterval)
	}
}

func (l *lookout) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = false
	l.timer.Stop()
}

func (l *lookout) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.on {
		return
	}
	closed, broken := peek(l.conn) //otelkv:lockok it asks the system, which does not wait
	if broken || closed && l.closing {
		l.cancel()
		return
	}
	l.closing = closed
	l.timer.Reset(lookoutInterval)
}
