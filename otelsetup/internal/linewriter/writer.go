// Package linewriter writes lines to an output that may be slow, full, broken
// or gone, and keeps nobody waiting for it.
//
// A line is with the output when [Writer.WriteLine] returns, if the output takes
// it now: for standard output that is the kernel, so that a line outlives the
// program that ends with the next statement. If the output does not take it
// within 5 ms, it has stalled. From then on, lines wait in memory and their
// callers do not; a goroutine writes them in their order once the output takes
// something again. What there is no room for is lost and counted, and a line
// says so where they are missing.
//
// Lines are written by one goroutine at a time, and in no goroutine's time but
// its own: by a caller's if the kernel promises not to block it, which Linux
// does for pipes and sockets; else by one that lives as long as there is
// something to write. No lock is held meanwhile.
package linewriter

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// patience is what a stalled output costs one caller, or those of a moment.
	patience = 5 * time.Millisecond

	// hurry is what a stall costs within calm of the one before. An output that is
	// always a little slow stalls for each line.
	hurry = patience / 25
	calm  = time.Second

	// maxWaiting bounds what waits: some ten thousand lines.
	maxWaiting = 4 << 20

	// keep is how much memory an idle writer holds on to.
	keep = 64 << 10
)

// Options of [New].
type Options struct {
	// Notice returns the line that says how many lines are missing before it. It
	// must do no more than that. Nil means that nothing is said.
	Notice func(lost uint64) []byte
}

// A Writer writes lines. Its methods are safe for concurrent use.
type Writer struct {
	out    output
	notice func(lost uint64) []byte

	mu    sync.Mutex
	moved sync.Cond // something was written, or has turned out not to be
	alarm alarm

	batch  []byte // what is being written, or is left of it
	base   []byte // where batch begins
	broken bool   // batch begins inside a line
	queue  []byte // what comes after it

	added, taken uint64 // bytes since the beginning: given to the writer, and to the output

	busy   bool // somebody writes, outside of mu
	health health
	losses losses

	full   bool          // lines are lost until nothing waits any more
	closed bool          // nobody waits for the output any more
	kick   chan struct{} // ends a pause

	syncWanted, syncDone uint64
	syncErr              error
}

// New returns a writer to w. If w is an [os.File], it stays as it is: it is not
// made non-blocking, since others may write to it too. Any other writer gets
// whole lines, up to 64 KiB at once unless a line is longer; it may hang, fail,
// panic or write a part.
//
// The caller ends the writer with Close. It holds nothing but memory while
// nothing waits.
func New(w io.Writer, o Options) *Writer {
	lw := &Writer{out: newOutput(w), notice: o.Notice, kick: make(chan struct{}, 1)}
	lw.moved.L = &lw.mu
	lw.alarm.rings = lw.rings
	return lw
}

// WriteLine writes a line, given in two parts of which the second ends in a
// newline. It does not keep them. It returns an error if the line is lost or,
// while the output fails, what it answers; the line is kept then, and tried
// again.
func (w *Writer) WriteLine(head, tail []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var began time.Time
	size := uint64(len(head) + len(tail))
	for w.crowded(size) && w.wait(&began, w.added) {
	}
	if w.crowded(size) || w.closed && w.health.stalled {
		w.full = w.taken < w.added
		w.lose(1)
		return fmt.Errorf("a log line is lost: %w", w.cause())
	}
	w.say()
	w.queue = append(append(w.queue, head...), tail...)
	w.added += size
	end := w.added
	for w.taken < end && w.wait(&began, end) {
	}
	if w.taken < end {
		return w.health.err
	}
	return nil
}

// crowded reports whether there is no room for a line. Any line has room if
// nothing else waits.
func (w *Writer) crowded(size uint64) bool {
	waiting := w.added - w.taken
	return waiting > 0 && (w.full || waiting+size > maxWaiting)
}

// wait has something written that ends at mark, or waits for those who do that.
// It returns false if one waits no longer.
func (w *Writer) wait(began *time.Time, mark uint64) bool {
	if w.health.stalled {
		return false
	}
	if !w.busy {
		w.write()
		return true
	}
	if began.IsZero() {
		*began = time.Now()
	}
	w.alarm.set(mark, began.Add(w.health.patience(*began)))
	w.moved.Wait()
	return true
}

// say appends the line that says how many are lost.
func (w *Writer) say() {
	if w.losses.unsaid == 0 {
		return
	}
	if w.notice != nil {
		line := w.notice(w.losses.unsaid) //otelkv:lockok it makes bytes of a number
		w.queue = append(w.queue, line...)
		w.added += uint64(len(line))
	}
	w.losses.unsaid = 0
}

// write writes what waits, at once if the output takes it. What it does not take
// is left to a goroutine.
func (w *Writer) write() {
	w.busy = true
	if w.fill() && w.syncWanted == w.syncDone {
		batch := w.batch
		w.mu.Unlock()
		n := w.out.try(batch)
		w.mu.Lock()
		w.advance(n)
		// Who did not wait for a caller that got no processor has left lines here.
		if len(w.batch) == 0 && !w.health.stalled {
			w.busy = false
			w.moved.Broadcast()
			return
		}
	}
	go w.drain()
}

// fill makes a batch of what waits, unless there is one, and reports whether
// there is.
func (w *Writer) fill() bool {
	if len(w.batch) > 0 {
		return true
	}
	if cap(w.base) > keep {
		w.base = nil
	}
	w.batch, w.queue = w.queue, w.base[:0]
	w.base, w.broken = w.batch, false
	return len(w.batch) > 0
}

// advance takes note that the output has taken n bytes of the batch.
func (w *Writer) advance(n int) {
	n = min(max(n, 0), len(w.batch))
	if n == 0 {
		return
	}
	w.broken = w.batch[n-1] != '\n'
	w.batch = w.batch[n:]
	w.taken += uint64(n)
	w.full = w.full && w.taken < w.added
	w.health.progress()
	w.moved.Broadcast()
}

var errStalled = errors.New("the output takes nothing")

// cause returns why lines are lost.
func (w *Writer) cause() error {
	if w.health.err != nil {
		return w.health.err
	}
	return errStalled
}
