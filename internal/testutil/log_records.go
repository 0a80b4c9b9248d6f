package testutil

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// LogRecords keeps the records of a LoggerProvider as lines of text. It is safe
// for concurrent use.
type LogRecords struct {
	mu  sync.Mutex
	buf strings.Builder
}

// Provider returns a provider that keeps its records here.
func (l *LogRecords) Provider() *sdklog.LoggerProvider {
	return sdklog.NewLoggerProvider(sdklog.WithProcessor(recordProcessor{l}))
}

// String returns a line for each record.
func (l *LogRecords) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

type recordProcessor struct{ log *LogRecords }

func (p recordProcessor) OnEmit(_ context.Context, r *sdklog.Record) error {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	fmt.Fprintf(&p.log.buf, "%s %s trace=%s span=%s flags=%s %q", r.Timestamp().UTC().Format(time.RFC3339Nano),
		r.SeverityText(), r.TraceID(), r.SpanID(), r.TraceFlags(), r.Body().AsString())
	r.WalkAttributes(func(a attribute.KeyValue) bool {
		fmt.Fprintf(&p.log.buf, " %s=%s", a.Key, a.Value.String())
		return true
	})
	p.log.buf.WriteByte('\n')
	return nil
}

func (recordProcessor) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }
func (recordProcessor) Shutdown(context.Context) error                         { return nil }
func (recordProcessor) ForceFlush(context.Context) error                       { return nil }
