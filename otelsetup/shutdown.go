package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A step is one part of a shutdown.
type step struct {
	name    string
	run     func(context.Context) error
	flushes bool // may wait for a receiver
}

// Shutdown flushes the spans, then the metrics of readers, and ends everything
// that Start started. What the caller passed in as a provider, a logger or a
// registry stays as it is.
//
// It works with a context that is already cancelled, as after a signal:
// cancellation is ignored, and each signal has a time of its own (see
// [WithShutdownTimeout]), so that a receiver that hangs costs its own signal
// only. A deadline that is still ahead is kept and shared among the signals.
//
// It can be called any number of times and concurrently; every call waits for
// the first one and returns its error. The handlers of
// [Telemetry.MetricsHandler] then serve what is not the Telemetry's, or answer
// 503.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	t.shutdownOnce.Do(func() {
		close(t.closed)
		deadline, limited := ctx.Deadline()
		limited = limited && time.Until(deadline) > 0
		ctx := context.WithoutCancel(ctx)
		var errs []error
		for i, s := range t.steps {
			budget := t.budget
			if limited && s.flushes {
				budget = min(budget, time.Until(deadline)/flushing(t.steps[i:]))
			}
			if err := s.within(ctx, budget); err != nil {
				errs = append(errs, fmt.Errorf("otelsetup: shut down %s: %w", s.name, err))
			}
		}
		t.shutdownErr = errors.Join(errs...)
	})
	return t.shutdownErr
}

// flushing returns how many of the steps flush.
func flushing(steps []step) (n time.Duration) {
	for _, s := range steps {
		if s.flushes {
			n++
		}
	}
	return n
}

// within runs the step and returns when the budget is used up, even if the step
// does not heed its context.
func (s step) within(ctx context.Context, budget time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- s.run(ctx) }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
