package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

var (
	errLate = errors.New("it has not returned in time")
	errBusy = errors.New("the call before has not returned")
	errExit = errors.New("it ended its goroutine")
)

// A Function is one of the user that returns a value and that is called again
// and again, though it may hang: then no other call is made, so that it costs
// one goroutine and no more. It is safe for concurrent use.
type Function[T any] struct {
	call func() T
	busy atomic.Bool
}

// NewFunction returns the Function that calls call.
func NewFunction[T any](call func() T) *Function[T] { return &Function[T]{call: call} }

// Call calls the function and waits until ctx is done. It returns an error when
// the function does not return, panics, ends its goroutine, or is being called.
func (f *Function[T]) Call(ctx context.Context) (T, error) {
	var none T
	if !f.busy.CompareAndSwap(false, true) {
		return none, errBusy
	}
	type result struct {
		value T
		err   error
	}
	returned := make(chan result, 1) // room for the one that nobody waits for any more
	go func() {
		r := result{err: errExit}
		done := false
		defer func() {
			if !done {
				if v := recover(); v != nil {
					r.err = fmt.Errorf("panic: %v", v)
				}
			}
			f.busy.Store(false)
			returned <- r
		}()
		r = result{value: f.call()}
		done = true
	}()
	select {
	case r := <-returned:
		return r.value, r.err
	case <-ctx.Done():
		return none, errLate
	}
}

// Try calls a function once, as [Function.Call] does.
func Try[T any](ctx context.Context, call func() T) (T, error) {
	return NewFunction(call).Call(ctx)
}
