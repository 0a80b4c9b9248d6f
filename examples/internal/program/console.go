package program

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// patience is what standard error costs a program once it takes nothing. A
// terminal, or a pipe with a reader, takes a greeting in far less.
const patience = time.Second

var errStalled = errors.New("the console takes nothing")

// A console writes to an output that may hang, in a goroutine that may hang with it.
type console struct {
	out     io.Writer
	turn    chan struct{} // full while something is being written
	stalled atomic.Bool   // nobody waits until that is written
}

// Console returns a writer to standard error that keeps a program neither from
// serving nor from ending when nobody reads. A pipe that is full makes the program
// wait for a second, once; what comes while it takes nothing is lost, with an error.
// The writer is safe for concurrent use.
func Console(stderr io.Writer) io.Writer {
	return &console{out: stderr, turn: make(chan struct{}, 1)}
}

// Write implements io.Writer.
func (c *console) Write(text []byte) (n int, err error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	if !c.take(late.C) {
		return 0, errStalled
	}
	c.stalled.Store(false)
	text = bytes.Clone(text) // the caller's, who may not wait
	written := make(chan struct{})
	var wrote struct {
		n   int
		err error
	}
	go func() {
		defer close(written)
		wrote.n, wrote.err = c.out.Write(text)
		<-c.turn
	}()
	select {
	case <-written:
		return wrote.n, wrote.err
	case <-late.C:
		c.stalled.Store(true)
		return 0, errStalled
	}
}

// take takes the turn to write, and reports whether it could.
func (c *console) take(late <-chan time.Time) bool {
	select {
	case c.turn <- struct{}{}:
		return true
	default:
	}
	if c.stalled.Load() {
		return false
	}
	select {
	case c.turn <- struct{}{}:
		return true
	case <-late:
		return false
	}
}
