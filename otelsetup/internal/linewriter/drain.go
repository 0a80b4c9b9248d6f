package linewriter

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

const (
	// retryAfter is how long an output that has failed is left alone.
	retryAfter = 500 * time.Millisecond

	// maxVain is how often a line is refused before the next one has its turn: it
	// may be the line that is at fault.
	maxVain = 10
)

var errGone = errors.New("the writer ended its goroutine")

// drain writes what waits, and ends when nothing does.
func (w *Writer) drain() {
	w.mu.Lock()
	defer w.mu.Unlock()
	ended := false
	defer func() {
		if !ended { // the goroutine, by the writer of the user's
			w.fail(errGone)
			w.syncDone, w.syncErr = w.syncWanted, errGone
			go w.drain()
		}
	}()
	for w.drainSome() {
	}
	ended = true
	w.busy = false
	w.settle()
	w.moved.Broadcast()
}

// drainSome does one thing that there is to do, and reports whether there was.
func (w *Writer) drainSome() bool {
	if w.health.err != nil && !w.closed {
		w.pause()
	}
	if w.closed && w.health.stalled {
		w.discard()
	}
	if w.health.vain >= maxVain && !w.broken && w.fill() {
		w.drop()
	}
	if !w.fill() {
		w.say()
	}
	switch {
	case w.syncWanted != w.syncDone: // the lines before it are written
		w.syncOut()
	case w.fill():
		w.writeSome()
	default:
		return false
	}
	return true
}

// writeSome writes a part of the batch: of an output that fails the first line,
// which may be what is wrong.
func (w *Writer) writeSome() {
	part := w.batch
	if w.health.vain > 0 {
		part = part[:bytes.IndexByte(part, '\n')+1]
	}
	var n int
	var err error
	w.unlocked(&err, func() { n, err = w.out.write(part) })
	w.advance(n)
	if err != nil {
		w.fail(err)
	}
}

// drop gives up the first line.
func (w *Writer) drop() {
	n := bytes.IndexByte(w.batch, '\n') + 1
	w.lose(1)
	w.health.vain = 0
	w.batch = w.batch[n:]
	w.taken += uint64(n)
	w.moved.Broadcast()
}

// discard gives up all that waits, and returns how many lines nothing was
// written about.
func (w *Writer) discard() (lost uint64) {
	w.lose(bytes.Count(w.batch, newline) + bytes.Count(w.queue, newline))
	w.batch, w.base, w.queue = nil, nil, nil // a write that hangs may still read them
	w.taken, w.full = w.added, false
	lost, w.losses.unsaid = w.losses.unsaid, 0
	w.moved.Broadcast()
	return lost
}

var newline = []byte("\n")

func (w *Writer) syncOut() {
	wanted := w.syncWanted
	var err error
	w.unlocked(&err, func() { err = w.out.sync() })
	w.syncDone, w.syncErr = wanted, err
	w.moved.Broadcast()
}

// pause waits until an output that has failed should be tried again.
func (w *Writer) pause() {
	timer := time.NewTimer(retryAfter)
	defer timer.Stop()
	w.mu.Unlock()
	defer w.mu.Lock()
	select {
	case <-timer.C:
	case <-w.kick:
	}
}

// unlocked calls f, which is the user's in the end, without the lock, and makes
// an error of a panic.
func (w *Writer) unlocked(err *error, f func()) {
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		if r := recover(); r != nil {
			*err = fmt.Errorf("writing the log: PANIC=%v", r)
		}
	}()
	f()
}
