package instrument

import (
	"context"
	"runtime"
	"strings"
)

// Do makes a call and records it: fn gets the context with the call's span in it,
// and its value and error are returned as they are. It is the way that cannot
// mistake one result for another: a panic is counted as an error of the type
// panic and goes on, and so is the end of the goroutine by [runtime.Goexit].
//
// Do allocates nothing. A call that is under way already, or that has no
// operation, is made and not recorded.
func Do[T any](ctx context.Context, c *Call, fn func(context.Context) (T, error)) (value T, err error) {
	ctx, began := c.begin(ctx)
	if !began {
		return fn(ctx)
	}
	err = errUnfinished
	defer func() { c.finish(err) }()
	return fn(ctx)
}

// Lookup is [Do] for a call that has neither a context nor an error, but tells
// whether it found something, as that of a map or of most caches in memory. What
// was not found is a miss.
func Lookup[T any](c *Call, fn func() (T, bool)) (value T, found bool) {
	_, began := c.begin(context.Background())
	if !began {
		return fn()
	}
	err := errUnfinished
	defer func() { c.finish(err) }()
	value, found = fn()
	c.miss = c.miss || !found
	err = nil
	return value, found
}

// Run is [Do] for a call that has neither a context nor a result.
func (c *Call) Run(fn func()) {
	_, _ = Lookup(c, func() (struct{}, bool) {
		fn()
		return struct{}{}, true
	})
}

// Begin starts the record of a call that [Do] does not fit, such as one that ends
// in another function. The returned context has the call's span in it: pass it on.
// Every Begin needs an End, deferred at once:
//
//	func (c *Cache) Get(ctx context.Context, key string) (value []byte, err error) {
//		call := c.get.Call()
//		ctx = call.Begin(ctx)
//		defer call.End(&err)
//		return c.next.Get(ctx, key)
//	}
//
// A Begin before the End of another does nothing.
func (c *Call) Begin(ctx context.Context) context.Context {
	ctx, _ = c.begin(ctx)
	return ctx
}

// End finishes the record of a call, whose result is *err; with nil the call has
// no error. A second End does nothing.
//
// End sees a named result only: with `err` a variable of the function, a success
// is recorded whatever `return v, errors.New("x")` returns, or an err that hides
// it. Use [Do] there. Deferred, End counts a panic as an error of the type panic;
// it recovers and goes on with the same value. It counts the end of the goroutine
// by [runtime.Goexit] likewise, for which it looks at its caller where there is no
// error; that costs some 250 ns, which Do saves.
//
// End knows its caller only. Deferred inside a named function of yours, it counts a
// panic as a success; and a call that is made, and goes well, in a deferred function
// literal while the goroutine panics is counted as one that panicked. [Do] is exact in
// both.
func (c *Call) End(err *error) {
	if v := recover(); v != nil {
		c.finish(errUnfinished)
		panic(v)
	}
	if c == nil || !c.begun {
		return
	}
	var result error
	if err != nil {
		result = *err
	}
	if result == nil && c.operation.interrupted() {
		result = errUnfinished
	}
	c.finish(result)
}

// interrupted reports whether the caller of its caller runs deferred functions
// because the goroutine panics or ends: itself, or as a function literal that was
// deferred, in which recover does not work. The last address that was found to be
// ordinary is remembered, since to find a name takes longer than to find an
// address.
func (o *Operation) interrupted() bool {
	var callers [2]uintptr
	runtime.Callers(3, callers[:])
	last := o.ordinary.Load()
	if callers[0] == last || callers[0]^callers[1]<<1 == last {
		return false
	}
	name := functionName(callers[0])
	literal := strings.Contains(name[strings.LastIndexByte(name, '/')+1:], ".func")
	if unwinds(name) || literal && unwinds(functionName(callers[1])) {
		return true
	}
	last = callers[0]
	if literal {
		last ^= callers[1] << 1
	}
	o.ordinary.Store(last)
	return false
}

func unwinds(function string) bool {
	return function == "runtime.gopanic" || function == "runtime.Goexit"
}

// functionName returns the name of the function to which a call returns.
func functionName(pc uintptr) string {
	if f := runtime.FuncForPC(pc - 1); f != nil {
		return f.Name()
	}
	return ""
}
