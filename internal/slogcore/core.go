// Package slogcore is a core of zap that writes to a [slog.Handler], for programs that have slog
// alone.
//
// The fields of an entry become attributes of the same names and the nearest kinds, and objects
// groups. The context in a field is the one that the handler is called with. The ids of its span
// are attributes, too, since slog's own handlers do not look for them; a handler of otelsetup does,
// and gets none. Levels from dpanic up, which slog lacks, are its error and four above. What a handler
// returns is told to nobody, as by a Logger of slog; one that panics has not written.
package slogcore

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Logger returns a logger that writes to a handler, or nil for a nil one.
func Logger(h slog.Handler) *zap.Logger {
	if h == nil {
		return nil
	}
	return zap.New(core{handler: h}, zap.ErrorOutput(zapcore.AddSync(io.Discard)))
}

type core struct {
	handler slog.Handler    // what is bound is in it
	ctx     context.Context //nolint:containedctx // it was bound to the logger
}

var _ zapcore.Core = core{}

// Enabled implements [zapcore.Core]. It is asked without the context of a line, with which Write
// asks again.
func (c core) Enabled(l zapcore.Level) bool { return c.asked(context.Background(), level(l)) }

func (c core) asked(ctx context.Context, l slog.Level) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = false
		}
	}()
	return c.handler.Enabled(ctx, l)
}

// Check implements [zapcore.Core].
func (c core) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return ce.AddCore(e, c)
	}
	return ce
}

// With implements [zapcore.Core]. Fields that the handler panics about are lost.
func (c core) With(fields []zapcore.Field) (derived zapcore.Core) {
	before := c
	defer func() {
		if recover() != nil {
			derived = before
		}
	}()
	given := split(fields)
	if given.ctx != nil {
		c.ctx = given.ctx
	}
	if len(given.attrs) > 0 {
		c.handler = c.handler.WithAttrs(given.attrs)
	}
	for _, g := range given.groups {
		c.handler = c.handler.WithGroup(g.name)
		if len(g.attrs) > 0 {
			c.handler = c.handler.WithAttrs(g.attrs)
		}
	}
	return c
}

// Write implements [zapcore.Core].
func (c core) Write(e zapcore.Entry, fields []zapcore.Field) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("writing to a handler of slog: PANIC=%v", r)
		}
	}()
	given := split(fields)
	ctx := c.ctx
	if given.ctx != nil {
		ctx = given.ctx
	}
	if ctx == nil {
		ctx = context.Background()
	}
	l := level(e.Level)
	if !c.handler.Enabled(ctx, l) {
		return nil
	}
	r := slog.NewRecord(e.Time, l, e.Message, e.Caller.PC)
	if e.LoggerName != "" {
		r.AddAttrs(slog.String(catalog.FieldLogger, e.LoggerName))
	}
	if _, finds := c.handler.(finder); !finds {
		r.AddAttrs(ids(ctx)...)
	}
	r.AddAttrs(given.all()...)
	if e.Stack != "" {
		r.AddAttrs(slog.String(catalog.FieldStacktrace, e.Stack))
	}
	return c.handler.Handle(ctx, r)
}

// Sync implements [zapcore.Core]. Handlers have nothing like it.
func (core) Sync() error { return nil }

// A finder is a handler that finds the span in the context by itself.
type finder interface{ FindsSpans() }

func ids(ctx context.Context) []slog.Attr {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return nil
	}
	return []slog.Attr{
		slog.String(catalog.FieldTraceID, span.TraceID().String()),
		slog.String(catalog.FieldSpanID, span.SpanID().String()),
		slog.String(catalog.FieldTraceFlags, span.TraceFlags().String()),
	}
}

func level(l zapcore.Level) slog.Level {
	const perLevel = 4
	return slog.Level(min(l, zapcore.ErrorLevel+1)) * perLevel
}
