package health

import (
	"fmt"
	"time"
)

// A State is what is known of a check, or of a heartbeat, at one moment.
type State struct {
	Name   string
	Kind   Kind
	Status Status
	Since  time.Time // when the status began

	// Reason says why the status is not pass, in words that name the check and
	// that anybody may read. Empty when it passes.
	Reason string

	// Err is the error behind the reason, nil when there is none. Its text may
	// hold addresses and passwords.
	Err error

	Ended    time.Time     // when the last run ended, or the last beat came; zero when none has
	Duration time.Duration // how long the last run took
	Running  time.Duration // for how long a run has been under way; 0 when none is
	Failures int           // failed runs in a row
}

func (s *State) unknown(reason string) { s.Status, s.Reason = StatusUnknown, reason }

// state returns what the history means at a moment.
func (c *Check) state(past history, now time.Time) State {
	s := State{
		Name: c.Name, Kind: c.Kind, Status: past.status, Since: past.since, Reason: past.reason, Err: past.err,
		Ended: past.ended, Duration: past.took, Failures: past.failures,
	}
	if !past.began.IsZero() {
		s.Running = now.Sub(past.began)
	}
	age := now.Sub(past.ended)
	switch {
	case past.stuck && !past.status.OK():
		s.unknown(fmt.Sprintf("%s unknown: running for %v", c.Name, s.Running.Truncate(time.Second)))
	case past.ended.IsZero():
		s.unknown(c.Name + " unknown: not checked yet")
	case age > c.MaxAge && !c.finished(past):
		s.Since = past.ended.Add(c.MaxAge)
		s.unknown(fmt.Sprintf("%s unknown: last checked %v ago", c.Name, age.Truncate(time.Second)))
	}
	if c.trusting && s.Status == StatusUnknown {
		s.Status, s.Reason = StatusPass, ""
	}
	if c.capped() && !s.Status.OK() {
		s.Status = StatusWarn
	}
	return s
}

// capped reports whether the check only ever warns.
func (c *Check) capped() bool { return c.Advisory || c.Shared }

// text is what probes say about a result.
func (c *Check) text(res result) string {
	switch {
	case res.status == StatusPass:
		return ""
	case res.reason != "":
		return res.reason
	case res.status == StatusWarn:
		return c.Name + " degraded"
	case res.status == StatusUnknown:
		return c.Name + " unknown"
	default:
		return c.Reason
	}
}
