package kvpebble

import (
	"context"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// A fatal is what Pebble cannot go on from, such as a write-ahead log that
// cannot be written. Pebble reports it to Logger.Fatalf and relies on it not
// to return: it would acknowledge the write that it has just lost.
type fatal struct{ err error }

func (f *fatal) Error() string { return f.err.Error() }
func (f *fatal) Unwrap() error { return f.err }

// newFatal keeps the error among the arguments, which says what happened
// without the rest of the message, and can be matched.
func newFatal(format string, args []any) *fatal {
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			return &fatal{err: err}
		}
	}
	return &fatal{err: fmt.Errorf(format, args...)}
}

// discard is the default logger.
type discard struct{}

func (discard) Infof(string, ...any)  {}
func (discard) Errorf(string, ...any) {}

func (discard) Fatalf(format string, args ...any) { panic(newFatal(format, args)) }

// sealed is the user's logger with a Fatalf that never returns.
type sealed struct{ pebble.Logger }

func (l sealed) Fatalf(format string, args ...any) {
	l.Logger.Fatalf(format, args...)
	panic(newFatal(format, args))
}

// sealedTracer is sealed for a logger that traces, too.
type sealedTracer struct {
	sealed
	tracer pebble.LoggerAndTracer
}

func (l sealedTracer) Eventf(ctx context.Context, format string, args ...any) {
	l.tracer.Eventf(ctx, format, args...)
}

func (l sealedTracer) IsTracingEnabled(ctx context.Context) bool {
	return l.tracer.IsTracingEnabled(ctx)
}

// setLoggers gives opts the loggers of the user in a sealed form, or the
// default one.
func setLoggers(opts *pebble.Options) {
	switch {
	case opts.LoggerAndTracer != nil:
		opts.LoggerAndTracer = sealedTracer{sealed{opts.LoggerAndTracer}, opts.LoggerAndTracer}
		opts.Logger = opts.LoggerAndTracer
	case opts.Logger != nil:
		opts.Logger = sealed{opts.Logger}
	default:
		opts.Logger = discard{}
	}
}
