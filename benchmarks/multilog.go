package benchmarks

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"
)

// MultiLog is what people write to have JSON and OpenTelemetry by slog: its handler of JSON, in one that
// adds the ids of the trace, beside the bridge. The JSON has slog's own names, since others cost more.
type MultiLog struct {
	provider *sdklog.LoggerProvider
	logger   *slog.Logger
}

// NewMultiLog makes one.
func NewMultiLog(w io.Writer) *MultiLog {
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(discardLogs{})))
	handler := slog.NewMultiHandler(withIDs{slog.NewJSONHandler(w, nil)}, otelslog.NewHandler(namespace, otelslog.WithLoggerProvider(provider)))
	return &MultiLog{provider, slog.New(handler).With("system", system, "namespace", namespace)}
}

// withIDs is a handler that adds the ids of the span in the context.
type withIDs struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h withIDs) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(
			slog.String("trace_id", span.TraceID().String()),
			slog.String("span_id", span.SpanID().String()),
			slog.String("trace_flags", span.TraceFlags().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h withIDs) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withIDs{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h withIDs) WithGroup(name string) slog.Handler { return withIDs{h.Handler.WithGroup(name)} }

// Log implements [LineLogger].
func (l *MultiLog) Log(ctx context.Context) { logBySlog(ctx, l.logger) }

// Flush implements [LineLogger].
func (l *MultiLog) Flush(ctx context.Context) error { return l.provider.ForceFlush(ctx) }

// Close implements [LineLogger].
func (l *MultiLog) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return l.provider.Shutdown(ctx)
}
