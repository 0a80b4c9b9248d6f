package health

import "time"

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

// finished reports whether the check will not run again.
func (c *Check) finished(past history) bool {
	return c.Kind == Startup && past.started && past.status.OK()
}
