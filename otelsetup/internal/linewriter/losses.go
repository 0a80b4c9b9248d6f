package linewriter

import (
	"bytes"
	"time"
)

// losses are the lines that are not coming.
type losses struct {
	stalled, failed uint64    // by what the output was doing
	unsaid          uint64    // nothing was written about these
	last            time.Time // when there was one
}

// lose counts lines as lost.
func (w *Writer) lose(lines int) {
	if lines == 0 {
		return
	}
	l := &w.losses
	if w.health.err != nil {
		l.failed += uint64(lines)
	} else {
		l.stalled += uint64(lines)
	}
	l.unsaid += uint64(lines)
	l.last = time.Now()
}

// A Report is what a writer and its output are like.
type Report struct {
	Waiting int // lines in memory

	// Lines lost so far, while the output took nothing and while it failed.
	LostStalled, LostFailed uint64
	LastLoss                time.Time // zero if there was none

	Stalls  uint64        // how often the output kept a caller waiting for too long, or failed
	Stalled bool          // it does, or what it left is not written yet
	Idle    time.Duration // since it has taken something, if it is stalled
	Err     error         // what it answers, nil if it does not
}

// Lost returns how many lines are lost so far.
func (r Report) Lost() uint64 { return r.LostStalled + r.LostFailed }

// Report returns how things are.
func (w *Writer) Report() Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, l := &w.health, &w.losses
	r := Report{
		Waiting:     bytes.Count(w.batch, newline) + bytes.Count(w.queue, newline),
		LostStalled: l.stalled, LostFailed: l.failed, LastLoss: l.last,
		Stalls: h.stalls, Stalled: h.stalled, Err: h.err,
	}
	if h.stalled {
		r.Idle = time.Since(h.moving)
	}
	return r
}

// Stalled reports whether lines wait for the output without their callers.
func (w *Writer) Stalled() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.health.stalled
}
