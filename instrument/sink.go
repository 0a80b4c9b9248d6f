package instrument

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// An event is an operation that has ended and is worth more than to be counted:
// it failed, was slow, is traced, or successes get lines.
type event struct {
	kind      record.Operation
	counted   record.Operation // as which it stands in the metrics
	operation string           // its name
	slot      record.Slot
	failure   string // its error.type; empty unless it failed
	duration  time.Duration
	slow      bool
	sent      int    // bytes
	read      int    // bytes delivered
	items     int    // of a batch
	key       []byte // nil where there is not one
	err       error
	traced    *traced // nil without a span

	// What sinks add for those behind them.
	evidence string
	span     trace.SpanContext // the operation's own or, with an event, its parent's
}

// A sink is told of events, on the goroutine of the operation. It returns the event
// as the sinks behind it shall see it. An event is passed by its value, so that the
// stack of the operation holds it.
type sink interface {
	take(ctx context.Context, e event) event
}

// sinks stand in the order in which they are told, so that each can name what the
// one before has left. Without an option one may be nil.
type sinks [4]sink

func (all *sinks) take(ctx context.Context, e event) {
	for _, s := range all {
		if s != nil {
			e = s.take(ctx, e)
		}
	}
}
