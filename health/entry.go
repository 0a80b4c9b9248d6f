package health

import (
	"context"
	"sync"
	"time"
)

// An entry is what probes and metrics know of a check or a heartbeat.
type entry struct {
	name    string
	kind    Kind
	state   func(now time.Time) State // reads memory only
	started func() bool               // whether it has passed once; nil unless it is for startup
	running func() bool               // whether its function has not returned; nil without one
	end     context.CancelFunc        // ends its goroutine; nil without one

	mu       sync.Mutex // held by report
	reported State
	left     bool // it is forgotten, and nothing is told of it any more
}

// leave ends the entry. Once it has returned, nothing is told of it, but by a line that
// waits for the logger and a hook that runs.
func (e *entry) leave() {
	e.mu.Lock()
	e.left = true
	e.mu.Unlock()
	if e.end != nil {
		e.end()
	}
}

func (e *entry) hasLeft() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.left
}

// counts returns the state of the entry for a probe, and whether it is part of
// the probe at all. What has to start first is part of readiness until it has.
func (e *entry) counts(kind Kind, now time.Time) (State, bool) {
	s := e.state(now)
	if e.started == nil {
		return s, e.kind&kind != 0
	}
	started := e.started()
	switch {
	case kind == Startup && started:
		return State{Name: s.Name, Kind: s.Kind, Status: StatusPass, Since: s.Since, Ended: s.Ended, Duration: s.Duration}, true
	case (kind == Startup || kind == Readiness) && !started:
		if s.Status.OK() { // capped, but it has not passed
			s.Status = StatusUnknown
		}
		return s, true
	default:
		return s, e.kind&kind != 0
	}
}
