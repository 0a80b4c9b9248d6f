package health

import (
	"fmt"
	"time"
)

// A record is all that is known of a check. The check's runner replaces it, and
// everybody else reads it.
type record struct {
	status Status // after the thresholds
	since  time.Time
	reason string
	err    error

	began    time.Time // of the run under way; zero when none is
	stuck    bool      // the run under way timed out and does not come back
	ended    time.Time // of the last run
	took     time.Duration
	failures int
	passes   int
	started  bool // it no longer holds up the start
}

// An outcome is what one run, or one missed run, adds to what is known.
type outcome struct {
	verdict
	err error
	at  time.Time
}

// after returns the record after one more outcome.
func (c *Check) after(r record, o outcome) record {
	first := r.failures == 0 && r.passes == 0
	if o.status.OK() {
		r.failures, r.passes, r.started = 0, r.passes+1, true
		if first || r.status.OK() || r.passes >= c.PassAfter {
			r.become(o, c.text(o))
		}
		return r
	}
	r.failures, r.passes, r.started = r.failures+1, 0, r.started || c.capped()
	if first || !r.status.OK() || o.decisive || r.failures >= c.FailAfter {
		r.become(o, c.text(o))
	}
	return r
}

func (r *record) become(o outcome, reason string) {
	if r.since.IsZero() || r.status != o.status {
		r.since = o.at
	}
	r.status, r.reason, r.err = o.status, reason, o.err
}

// text is what probes say about an outcome.
func (c *Check) text(o outcome) string {
	switch {
	case o.status == StatusPass:
		return ""
	case o.reason != "":
		return o.reason
	case o.status == StatusWarn:
		return c.Name + " degraded"
	case o.status == StatusUnknown:
		return c.Name + " unknown"
	default:
		return c.Reason
	}
}

// state returns what the record means at a moment.
func (c *Check) state(r record, now time.Time) State {
	s := State{
		Name: c.Name, Kind: c.Kind, Status: r.status, Since: r.since, Reason: r.reason, Err: r.err,
		Ended: r.ended, Duration: r.took, Failures: r.failures,
	}
	if !r.began.IsZero() {
		s.Running = now.Sub(r.began)
	}
	age := now.Sub(r.ended)
	switch {
	case r.stuck && !r.status.OK():
		s.unknown(fmt.Sprintf("%s unknown: running for %v", c.Name, s.Running.Truncate(time.Second)))
	case r.ended.IsZero():
		s.unknown(c.Name + " unknown: not checked yet")
	case age > c.MaxAge && !c.finished(r):
		s.Since = r.ended.Add(c.MaxAge)
		s.unknown(fmt.Sprintf("%s unknown: last checked %v ago", c.Name, age.Truncate(time.Second)))
	}
	if c.capped() && !s.Status.OK() {
		s.Status = StatusWarn
	}
	return s
}

func (s *State) unknown(reason string) { s.Status, s.Reason = StatusUnknown, reason }

// capped reports whether the check only ever warns.
func (c *Check) capped() bool { return c.Advisory || c.Shared }

// finished reports whether the check will not run again.
func (c *Check) finished(r record) bool { return c.Kind == Startup && r.started && r.status.OK() }
