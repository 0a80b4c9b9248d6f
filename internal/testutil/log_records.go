package testutil

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// LogRecords keeps the records of a LoggerProvider. It is safe for concurrent use.
type LogRecords struct {
	mu  sync.Mutex
	all []sdklog.Record
}

// Provider returns a provider that keeps its records here.
func (l *LogRecords) Provider(options ...sdklog.LoggerProviderOption) *sdklog.LoggerProvider {
	return sdklog.NewLoggerProvider(append(options, sdklog.WithProcessor(recordProcessor{l}))...)
}

// Take returns the records so far, and forgets them.
func (l *LogRecords) Take() []sdklog.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.all
	l.all = nil
	return all
}

// String returns a line for each record.
func (l *LogRecords) String() string {
	l.mu.Lock()
	all := slices.Clone(l.all)
	l.mu.Unlock()
	var lines strings.Builder
	for i := range all {
		r := &all[i]
		fmt.Fprintf(&lines, "%s %s trace=%s span=%s flags=%s %q", r.Timestamp().UTC().Format(time.RFC3339Nano),
			r.SeverityText(), r.TraceID(), r.SpanID(), r.TraceFlags(), r.Body().AsString())
		r.WalkAttributes(func(a attribute.KeyValue) bool {
			fmt.Fprintf(&lines, " %s=%s", a.Key, a.Value.String())
			return true
		})
		lines.WriteByte('\n')
	}
	return lines.String()
}

type recordProcessor struct{ log *LogRecords }

func (p recordProcessor) OnEmit(_ context.Context, r *sdklog.Record) error {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	p.log.all = append(p.log.all, r.Clone())
	return nil
}

func (recordProcessor) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }
func (recordProcessor) Shutdown(context.Context) error                         { return nil }
func (recordProcessor) ForceFlush(context.Context) error                       { return nil }
