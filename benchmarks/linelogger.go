package benchmarks

import (
	"context"
	"time"

	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// A LineLogger writes the line of an operation to two outputs, as JSON and as a
// record that is exported.
type LineLogger interface {
	Log(ctx context.Context) // the line is of the span in ctx
	Flush(ctx context.Context) error
	Close() error
}

// closeTime is how long the end of a logger may take.
const closeTime = 10 * time.Second

// message and line are what the lines say, as package instrument does.
const message = "operation slow"

var line = struct {
	operation, outcome, keyHash string
	duration                    float64
	valueBytes                  int
}{"get", "ok", "b1946ac92492d234", 312.507, 64}

// discardLogs is an exporter of nothing.
type discardLogs struct{}

func (discardLogs) Export(context.Context, []sdklog.Record) error { return nil }
func (discardLogs) Shutdown(context.Context) error                { return nil }
func (discardLogs) ForceFlush(context.Context) error              { return nil }
