// Package foreign calls code that is not ours, such as exporters, readers and loggers,
// which may hang, panic or end its goroutine.
package foreign

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Moment is how long Briefly waits. It is what is left for what does not wait for a
// receiver, even when those that do have used up the time.
const Moment = 100 * time.Millisecond

// ErrExited is the error of a call that ended its goroutine.
var ErrExited = errors.New("ended its goroutine")

// Within runs f and returns when the budget is used up, even if f does not heed
// its context.
func Within(ctx context.Context, budget time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	result := make(chan error, 1)
	go Deliver(ctx, result, f)
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Briefly runs f, and goes on without it when it takes longer than a moment.
func Briefly(f func()) {
	_ = Within(context.Background(), Moment, func(context.Context) error {
		f()
		return nil
	})
}

// Deliver runs f and sends its error, whatever f does: on a goroutine of ours a
// panic would end the program, and readers, loggers and the text of errors are
// anybody's. The channel has room.
func Deliver(ctx context.Context, result chan<- error, f func(context.Context) error) {
	err := ErrExited
	defer func() { result <- err }()
	defer Recover(&err)
	err = f(ctx)
}

// Each returns a function that does the same to all, at once, so that one that
// hangs takes no time from the others.
func Each[T any](all []T, do func(T, context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		results := make(chan error, len(all))
		for _, one := range all {
			go Deliver(ctx, results, func(ctx context.Context) error { return do(one, ctx) })
		}
		var errs []error
		for range all {
			errs = append(errs, <-results)
		}
		return errors.Join(errs...)
	}
}

// Recover makes an error of a panic. It is deferred.
func Recover(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panicked: %v", r)
	}
}
