package health

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// stuckAfter is how long a function may take to return after its context has
// ended. Clients that honour it need some milliseconds to clean up.
const stuckAfter = 100 * time.Millisecond

var (
	errTimedOut = errors.New("timed out")
	errExited   = errors.New("the check function ended its goroutine")
)

// A runner runs one check.
type runner struct {
	Check
	health *Health
	entry  *entry
	record atomic.Pointer[record]
	inCall atomic.Bool

	slow, panicked bool // the last run was, which is logged
}

func newRunner(c Check, h *Health) *runner {
	r := &runner{Check: c, health: h}
	r.record.Store(&record{since: time.Now()})
	r.entry = &entry{
		name:    c.Name,
		kind:    c.Kind,
		state:   func(now time.Time) State { return r.Check.state(*r.record.Load(), now) },
		running: r.inCall.Load,
	}
	if c.Kind&Startup != 0 {
		r.entry.started = func() bool { return r.record.Load().started }
	}
	return r
}

// loop runs the check until the context ends, or it has nothing left to tell.
func (r *runner) loop(ctx context.Context) {
	for {
		began := time.Now()
		if !r.run(ctx, began) || r.finished(*r.record.Load()) {
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
	r.update(func(rec *record) { rec.began = began })
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
					milliseconds(catalog.FieldDurationMS, time.Since(r.record.Load().began)), zap.NamedError(catalog.FieldError, late.err))
			}
			r.update(func(rec *record) { rec.began, rec.stuck = time.Time{}, false })
			return true
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
		if !stuck {
			stuck = true
			r.update(func(rec *record) { rec.stuck = true })
			timer.Reset(r.Interval)
			continue
		}
		now := time.Now()
		r.update(func(rec *record) {
			v := verdict{status: StatusUnknown}
			*rec = r.after(*rec, outcome{v, errTimedOut, now})
		})
		timer.Reset(r.Interval)
	}
}

// finish records how a run ended.
func (r *runner) finish(began, now time.Time, res result, done bool) {
	took := now.Sub(began)
	o := outcome{res.verdict, res.err, now}
	r.logRun(o, took)
	r.update(func(rec *record) {
		if !done && !rec.ended.IsZero() && rec.status == StatusUnknown {
			o.status = StatusUnknown // a function that was stuck may be so again
		}
		*rec = r.after(*rec, o)
		rec.ended, rec.took = now, took
		if done {
			rec.began = time.Time{}
		}
	})
}

// update replaces the record by a changed copy, and reports what that changed.
func (r *runner) update(change func(*record)) {
	rec := *r.record.Load()
	change(&rec)
	r.record.Store(&rec)
	r.health.report(r.entry, time.Now())
}

func (r *runner) logRun(o outcome, took time.Duration) {
	log, check := r.health.log, zap.String(catalog.FieldCheck, r.Name)
	if p, ok := errors.AsType[*panicError](o.err); ok {
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
	if !o.status.OK() {
		log.Debug(catalog.CheckFailed, check, zap.NamedError(catalog.FieldError, o.err), zap.Int(catalog.FieldFailures, r.record.Load().failures+1))
	}
}

// A panicError is what a check panicked with. Its text is without the stack,
// which is for the log alone.
type panicError struct {
	text  string
	stack []byte
}

func (p *panicError) Error() string { return "panic: " + p.text }

// A result is what came of one call.
type result struct {
	verdict
	err error
}

// call calls a check's function and sends what comes of it, whatever it does.
// To judge an error calls its methods, so that is done here, too.
func call(ctx context.Context, run func(context.Context) error, to chan<- result) {
	r := result{verdict{status: StatusFail}, errExited} // by runtime.Goexit, unless there is a panic
	returned := false
	defer func() {
		if !returned {
			if v := recover(); v != nil {
				r.err = &panicError{fmt.Sprint(v), debug.Stack()}
			}
		}
		to <- r
	}()
	err := run(ctx)
	r = result{judge(err), err}
	returned = true
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
