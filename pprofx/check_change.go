package pprofx

import (
	"context"
	"time"
)

// lastWords is how long OnCheckChange waits for the stacks of a program that is
// about to be killed: a kill follows a failed liveness probe after a second at
// the earliest.
const lastWords = 2 * time.Second

// A CheckChange is a change of a health check.
type CheckChange struct {
	Check    string
	Liveness bool // whether the program is killed for it
	WasOK    bool
	OK       bool
}

// OnCheckChange captures evidence when a check begins to fail. For readiness these
// are goroutines, the health report ([WithHealthReport]), heap, flight recorder,
// and then five seconds of CPU and contended mutexes, all in the background. For
// liveness these are the goroutines, as a profile and as text, and the flight
// recorder; since the program may soon be killed, it waits for them, up to two
// seconds.
func (p *Profiler) OnCheckChange(ctx context.Context, c CheckChange) {
	if p == nil || p.archive == nil || !c.WasOK || c.OK {
		return
	}
	if c.Liveness {
		p.notAlive(ctx, c.Check)
		return
	}
	p.later(ctx, reasonReadiness, c.Check)
}

func (p *Profiler) notAlive(ctx context.Context, check string) {
	c, earlier := p.begin(ctx, reasonLiveness, check, reasonWeights[reasonLiveness], kindGoroutine)
	if earlier != nil {
		return
	}
	written := make(chan struct{})
	if !p.goes(func() {
		defer close(written)
		start := time.Now()
		c.snapshot(p.ctx, kindGoroutine)
		c.snapshot(p.ctx, kindStacks)
		c.flight()
		_ = c.end(start) // which is logged
	}) {
		c.abandon()
		return
	}
	patience := time.NewTimer(lastWords)
	defer patience.Stop()
	select {
	case <-written:
	case <-patience.C:
	case <-ctx.Done():
	}
}
