package pprofx

import (
	"sync/atomic"
	"time"
)

// A cooldown holds the evidence that everything which happens within it shares.
type cooldown struct{ last atomic.Pointer[evidence] }

// evidence is one capture.
type evidence struct {
	until time.Time // of the cool-down
	id    string
	lost  atomic.Bool // it could not be written
	ended atomic.Bool // nothing more will be

	recorded atomic.Pointer[time.Time] // where the execution trace ends; nil before it does
}

// ID returns the answer to whoever asked for evidence: empty if it was lost.
func (e *evidence) ID() string {
	if e.lost.Load() {
		return ""
	}
	return e.id
}

// covers reports whether the execution trace holds some of what began at start: it
// does not where it ended before.
func (e *evidence) covers(start time.Time) bool {
	end := e.recorded.Load()
	return end == nil || start.Before(*end)
}

// take returns the evidence of a cool-down that is not over, or that is still
// being written, since a disk that hangs should have one that waits for it, or what fresh makes,
// which is the caller's to capture.
func (c *cooldown) take(now time.Time, fresh func() *evidence) (e *evidence, mine bool) {
	for {
		last := c.last.Load()
		if last != nil && (now.Before(last.until) || !last.ended.Load()) {
			return last, false
		}
		if e = fresh(); c.last.CompareAndSwap(last, e) {
			return e, true
		}
	}
}
