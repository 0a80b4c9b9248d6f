package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// graceTime is a moment: what a step has that does not wait for a receiver, even
// when those that do have used up the caller's time.
const graceTime = 100 * time.Millisecond

// within runs f and returns when the budget is used up, even if f does not heed
// its context.
func within(ctx context.Context, budget time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	result := make(chan error, 1)
	go deliver(ctx, result, f)
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deliver runs f and sends its error, whatever f does: on a goroutine of ours a
// panic would end the program, and readers, loggers and the text of errors are
// anybody's.
func deliver(ctx context.Context, result chan<- error, f func(context.Context) error) {
	err := errExited
	defer func() { result <- err }()
	defer panicked(&err)
	err = f(ctx)
}

var errExited = errors.New("ended its goroutine")

// briefly runs f, and goes on without it when it takes longer than a moment.
func briefly(f func()) {
	_ = within(context.Background(), graceTime, func(context.Context) error {
		f()
		return nil
	})
}

// each returns a function that does the same to all, at once, so that one that
// hangs takes no time from the others.
func each[T any](all []T, do func(T, context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		results := make(chan error, len(all))
		for _, one := range all {
			go deliver(ctx, results, func(ctx context.Context) error { return do(one, ctx) })
		}
		var errs []error
		for range all {
			errs = append(errs, <-results)
		}
		return errors.Join(errs...)
	}
}

// panicked makes an error of a panic.
func panicked(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panicked: %v", r)
	}
}
