package linewriter

import "time"

// health is how the output is.
type health struct {
	stalled bool // nobody waits for the output
	stalls  uint64
	since   time.Time // when it stalled
	long    bool      // after patience, and not in a hurry
	moving  time.Time // when it has last taken something since then
	hasty   time.Time // until then callers are in a hurry

	err      error // what it answers, until it takes something
	failures uint64
	vain     int // failures in a row
}

// patience returns for how long a caller waits that begins now.
func (h *health) patience(now time.Time) time.Duration {
	if now.Before(h.hasty) {
		return hurry
	}
	return patience
}

func (h *health) progress() {
	h.vain, h.err = 0, nil
	if h.stalled {
		h.moving = time.Now()
	}
}

// stall lets callers go on, without the output.
func (w *Writer) stall() {
	if h := &w.health; !h.stalled {
		now := time.Now()
		h.stalled, h.since, h.moving = true, now, now
		h.long = !now.Before(h.hasty)
		h.stalls++
	}
	w.moved.Broadcast()
}

// fail takes note of an error of the output.
func (w *Writer) fail(err error) {
	w.health.err = err
	w.health.failures++
	w.health.vain++
	w.stall()
}

// settle takes note that nothing waits any more.
func (w *Writer) settle() {
	h := &w.health
	if !h.stalled {
		return
	}
	h.stalled, h.err = false, nil
	if now := time.Now(); h.long || now.Sub(h.since) > patience/2 {
		h.hasty = now.Add(calm)
	}
}

// rings is called when a line has waited for as long as one may.
func (w *Writer) rings() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch mark := w.alarm.rang(); {
	case w.taken >= mark:
	case w.busy:
		w.stall()
	default: // whose turn it is to write has not run since
		w.busy = true
		go w.drain()
	}
	w.moved.Broadcast() // who waits sets it again
}

// An alarm rings when a line has waited for too long. It is not stopped when
// the line is written, which is cheaper: it rings, finds nothing, and is set
// again by the next caller that waits.
type alarm struct {
	rings func()
	timer *time.Timer
	at    time.Time // zero: it is not set
	mark  uint64    // the end of the line
}

// set makes the alarm ring at a time, or earlier if it would already.
func (a *alarm) set(mark uint64, at time.Time) {
	if !a.at.IsZero() && !at.Before(a.at) {
		return
	}
	a.at, a.mark = at, mark
	if d := time.Until(at); a.timer == nil {
		a.timer = time.AfterFunc(d, a.rings)
	} else {
		a.timer.Reset(d)
	}
}

func (a *alarm) rang() (mark uint64) {
	a.at = time.Time{}
	return a.mark
}

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
	a.at = time.Time{}
}
