package instrument

import (
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// A report is on an operation that has ended and that is worth more than a count:
// it failed, was slow, is traced, or successes get lines.
type report struct {
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
	span     trace.SpanContext // the operation's own or, with an event on the parent, the parent's
}
