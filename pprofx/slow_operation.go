package pprofx

import (
	"context"
	"time"
)

// OnSlow leaves a snapshot of the flight recorder, the execution trace of the
// seconds before, after an operation that took d, too long. It returns at once
// with the path that the file will have, for the operation's span and log line;
// the file is written in the background. The trace id of ctx is in the file's
// name and in the file.
//
// Within the cool-down the path is that of the first one, so that a burst leaves
// one file, for operations that began before its recording ended. It is empty for
// those that began later, which it does not show, without a directory, without a
// flight recorder, after Close, and for a cool-down after a file that could not be
// written.
func (p *Profiler) OnSlow(ctx context.Context, operation string, d time.Duration) (path string) {
	if p == nil || p.flight == nil {
		return ""
	}
	weight := min(max(d.Milliseconds(), 1), maxSlowWeight)
	c, earlier := p.begin(ctx, reasonSlow, operation, weight, kindFlight)
	if earlier != nil {
		if !earlier.covers(time.Now().Add(-d)) {
			return ""
		}
		return earlier.ID()
	}
	if !p.goes(func() {
		start := time.Now()
		c.flight()
		_ = c.end(start) // which is logged
	}) {
		c.abandon()
	}
	return c.ID()
}
