package observe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/internal/outbox"
)

// Drain makes the program not ready, and waits for the pause of [WithDrain], so that
// load balancers see it: /readyz says "draining", and everything is still served.
// After it the program stops using its stores, closes them, and calls
// [Observer.Shutdown]. A check that begins to fail from now on leaves no evidence.
//
// It works with a context that is already cancelled, as after a signal:
// cancellation is ignored. A deadline that is still ahead ends the pause; its
// error is returned then.
func (o *Observer) Drain(ctx context.Context) error {
	if !o.runs() {
		return nil
	}
	o.closing.Store(true)
	o.end.begin(ctx)
	began := time.Now()
	defer func() { o.end.drain.CompareAndSwap(0, int64(time.Since(began))) }()
	ctx, cancel := uncancelled(ctx)
	defer cancel()
	return wrap(o.health.Drain(ctx, o.cfg.drain))
}

// Shutdown ends what Start started, each part while it can still report to those
// below: the checks, evidence that is being written, the server, which answers the
// last scrape, and then the telemetry, which flushes what all of them had to say.
// Parts that the program brought along stay as they are.
//
// As with [Observer.Drain], cancellation is ignored, and a deadline that is still
// ahead is kept. In all it takes no longer than [WithShutdownTimeout]; what has
// not ended by then is left behind, and named in the error. Further calls wait for
// the first one and return its error.
func (o *Observer) Shutdown(ctx context.Context) error {
	if !o.runs() {
		return nil
	}
	o.shutdownOnce.Do(func() {
		o.closing.Store(true)
		o.end.begin(ctx)
		ctx, cancel := uncancelled(ctx)
		defer cancel()
		ctx, cancel = context.WithTimeout(ctx, max(o.cfg.shutdownTimeout, time.Nanosecond))
		defer cancel()
		o.shutdownErr = o.shutdown(ctx)
	})
	return o.shutdownErr
}

// shutdown gives each part a share of what is left, so that one that hangs leaves
// the others some time; a part that Start has not reached is skipped.
func (o *Observer) shutdown(ctx context.Context) error {
	var errs []error
	end := func(what string, share time.Duration, f func(context.Context) error) {
		errs = append(errs, within(ctx, what, share, f))
	}
	if o.health != nil {
		if o.started && o.cfg.health != nil {
			_ = o.health.Drain(ctx, 0) // without a pause there is no error
		}
		end("checks", 4, func(context.Context) error { return o.endHealth() })
	}
	if o.profiler != nil && o.cfg.profiler == nil {
		end("profiles", 3, func(context.Context) error { return o.profiler.Close() })
	}
	end("server", 2, o.server.Stop)
	o.sayEnded(errors.Join(errs...))
	if o.log != nil {
		end("log lines", 4, func(ctx context.Context) error {
			if n := o.log.Close(ctx); n > 0 {
				return fmt.Errorf("%d are not written, since the logger did not return", n)
			}
			return nil
		})
	}
	if o.telemetry != nil && o.cfg.telemetry == nil {
		end("telemetry", 1, o.telemetry.Shutdown)
	}
	return wrap(errors.Join(errs...))
}

// within runs a part of Shutdown in a share of the time that is left, and leaves it
// behind when it takes longer. The part is told of nine tenths of that, so that it
// can say itself what it has not done.
func within(ctx context.Context, what string, share time.Duration, f func(context.Context) error) error {
	deadline, _ := ctx.Deadline()
	limit := time.Until(deadline) / share
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	part, cancelPart := context.WithTimeout(ctx, limit/10*9)
	defer cancelPart()
	err, late := outbox.Try(ctx, func() error { return f(part) })
	if err = errors.Join(err, late); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// uncancelled returns a context with the values of ctx, and its deadline if that
// is still ahead.
func uncancelled(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	ctx = context.WithoutCancel(ctx)
	if !ok || time.Until(deadline) <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("observe: %w", err)
}
