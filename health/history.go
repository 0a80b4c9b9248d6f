package health

import (
	"fmt"
	"time"
)

// A history is all that is known of a check. The check's runner replaces it, and
// everybody else reads it.
type history struct {
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

// after returns the history after one more run, or one missed run.
func (c *Check) after(past history, res result, at time.Time) history {
	first := past.failures == 0 && past.passes == 0
	if res.status.OK() {
		past.failures, past.passes, past.started = 0, past.passes+1, true
		if first || past.status.OK() || past.passes >= c.PassAfter {
			past.become(res, at, c.text(res))
		}
		return past
	}
	past.failures, past.passes, past.started = past.failures+1, 0, past.started || c.capped()
	if first || !past.status.OK() || res.decisive || past.failures >= c.FailAfter {
		past.become(res, at, c.text(res))
	}
	return past
}

func (past *history) become(res result, at time.Time, reason string) {
	if past.since.IsZero() || past.status != res.status {
		past.since = at
	}
	past.status, past.reason, past.err = res.status, reason, res.err
}

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

// finished reports whether the check will not run again.
func (c *Check) finished(past history) bool {
	return c.Kind == Startup && past.started && past.status.OK()
}
