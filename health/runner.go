package health

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// stuckAfter is how long a function may take to return after its context has
// ended. Clients that honour it need some milliseconds to clean up.
const stuckAfter = 100 * time.Millisecond

var errTimedOut = errors.New("timed out")

// A runner runs one check.
type runner struct {
	Check
	health  *Health
	entry   *entry
	history atomic.Pointer[history]
	inCall  atomic.Bool

	slow, panicked bool // the last run was, which is logged
}

func newRunner(c Check, h *Health) *runner {
	r := &runner{Check: c, health: h}
	r.history.Store(&history{since: time.Now()})
	r.entry = &entry{
		name:    c.Name,
		kind:    c.Kind,
		state:   func(now time.Time) State { return r.Check.state(*r.history.Load(), now) },
		running: r.inCall.Load,
	}
	if c.Kind&Startup != 0 {
		r.entry.started = func() bool { return r.history.Load().started }
	}
	return r
}

// loop runs the check until the context ends, or it has nothing left to tell.
func (r *runner) loop(ctx context.Context) {
	for {
		began := time.Now()
		if !r.run(ctx, began) || r.finished(*r.history.Load()) {
			return
		}
		if !sleep(ctx, r.pause(time.Since(began))) {
			return
		}
	}
}

// pause returns the time to the next run after one that took so long.
func (r *runner) pause(took time.Duration) time.Duration {
	jitter := time.Duration((rand.Float64()*2 - 1) * float64(r.Interval) / jitterShare)
	return max(r.Interval+jitter-took, r.Interval/jitterShare)
}

// run runs the check once and returns when its function has returned, or false
// when the context ended before.
func (r *runner) run(ctx context.Context, began time.Time) bool {
	r.update(func(past *history) { past.began = began })
	runCtx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	returned := make(chan result, 1) // room for the one that nobody waits for any more
	r.inCall.Store(true)
	r.health.calls.Go(func() {
		defer r.inCall.Store(false)
		call(runCtx, r.Run, returned)
	})

	res := result{verdict{status: StatusFail}, errTimedOut}
	var done bool
	select {
	case res = <-returned:
		done = true
	case <-runCtx.Done():
	}
	if ctx.Err() != nil {
		return false // what fails now fails because of that
	}
	now := time.Now()
	if now.Sub(began) >= r.Timeout && done {
		res = result{verdict{status: StatusFail, decisive: res.decisive}, errors.Join(errTimedOut, res.err)}
	}
	r.finish(began, now, res, done)
	return done || r.await(ctx, returned)
}

// await waits for a function that has timed out. It returns false when the
// context ended before.
func (r *runner) await(ctx context.Context, returned <-chan result) bool {
	timer := time.NewTimer(stuckAfter)
	defer timer.Stop()
	stuck := false
	for {
		select {
		case late := <-returned:
			if stuck {
				r.health.log.Info(catalog.CheckReturned, zap.String(catalog.FieldCheck, r.Name),
					milliseconds(catalog.FieldDurationMS, time.Since(r.history.Load().began)), zap.NamedError(catalog.FieldError, late.err))
			}
			r.update(func(past *history) { past.began, past.stuck = time.Time{}, false })
			return true
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
		if !stuck {
			stuck = true
			r.update(func(past *history) { past.stuck = true })
			timer.Reset(r.Interval)
			continue
		}
		now := time.Now()
		r.update(func(past *history) {
			*past = r.after(*past, result{verdict{status: StatusUnknown}, errTimedOut}, now)
		})
		timer.Reset(r.Interval)
	}
}

// finish notes how a run ended.
func (r *runner) finish(began, now time.Time, res result, done bool) {
	took := now.Sub(began)
	r.logRun(res, took)
	r.update(func(past *history) {
		if !done && !past.ended.IsZero() && past.status == StatusUnknown {
			res.status = StatusUnknown // a function that was stuck may be so again
		}
		*past = r.after(*past, res, now)
		past.ended, past.took = now, took
		if done {
			past.began = time.Time{}
		}
	})
}

// update replaces the history by a changed copy, and reports what that changed.
func (r *runner) update(change func(*history)) {
	past := *r.history.Load()
	change(&past)
	r.history.Store(&past)
	r.health.report(r.entry, time.Now())
}

func (r *runner) logRun(res result, took time.Duration) {
	log, check := r.health.log, zap.String(catalog.FieldCheck, r.Name)
	if p, ok := errors.AsType[*panicError](res.err); ok {
		if !r.panicked {
			log.Error(catalog.CheckPanicked, check, zap.String(catalog.FieldPanic, p.text), zap.ByteString(catalog.FieldStack, p.stack))
		}
		r.panicked = true
	} else {
		r.panicked = false
	}
	if slow := took > r.SlowAfter; slow != r.slow {
		r.slow = slow
		if slow {
			log.Warn(catalog.CheckSlow, check, milliseconds(catalog.FieldDurationMS, took), milliseconds(catalog.FieldLimitMS, r.SlowAfter))
		}
	}
	if !res.status.OK() {
		log.Debug(catalog.CheckFailed, check, zap.NamedError(catalog.FieldError, res.err), zap.Int(catalog.FieldFailures, r.history.Load().failures+1))
	}
}

// sleep returns false when the context ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func milliseconds(key catalog.Field, d time.Duration) zap.Field {
	return zap.Float64(key, float64(d)/float64(time.Millisecond))
}
