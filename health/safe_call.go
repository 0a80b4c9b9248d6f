package health

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

var errExited = errors.New("the check function ended its goroutine")

// A panicError is what a check panicked with. Its text is without the stack,
// which is for the log alone.
type panicError struct {
	text  string
	stack []byte
}

func (p *panicError) Error() string { return "panic: " + p.text }

// A result is what came of one run, or of one that was missed.
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
	r = result{verdictOf(err), err}
	returned = true
}
