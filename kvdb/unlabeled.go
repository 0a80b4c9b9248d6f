package kvdb

import (
	"context"
	"runtime"
	"runtime/pprof"
)

// Unlabeled calls fn on a goroutine without profiler labels, and returns when
// it has returned; a panic or the end of that goroutine are the caller's. It is
// for an adapter that opens connections or files within an operation: a goroutine
// inherits the labels of the one that starts it, so that all that fn starts
// and leaves running, such as the read loop of a connection, would count in
// CPU profiles as the operation that came first, for as long as it runs.
//
// It costs a microsecond or two: use it for what is rare. A context that fn
// uses may still hand on labels of its own, by [pprof.Do].
func Unlabeled(fn func()) {
	var returned bool
	var panicked any
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if !returned {
				panicked = recover() // nil after runtime.Goexit
			}
		}()
		pprof.SetGoroutineLabels(context.Background())
		fn()
		returned = true
	}()
	<-done
	if panicked != nil {
		panic(panicked)
	}
	if !returned {
		runtime.Goexit()
	}
}
