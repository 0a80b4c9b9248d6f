// Package slogcore is a core of zap that writes to a [slog.Handler], for programs that have slog
// alone.
//
// The fields of an entry become attributes of the same names and the nearest kinds, and objects
// groups. The context in a field is the one that the handler is called with. The ids of its span
// are attributes, too, outside of all groups, since slog's own handlers do not look for them; a handler
// of otelsetup does, and gets none. A marshaler that panics costs its field. Levels from dpanic up, which slog lacks, are its error and four above. What a handler
// returns is told to nobody, as by a Logger of slog; one that panics has not written.
package slogcore

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Logger returns a logger that writes to a handler, or nil for a nil one.
func Logger(h slog.Handler) *zap.Logger {
	if h == nil {
		return nil
	}
	return zap.New(core{handler: newTraced(h)}, zap.ErrorOutput(zapcore.AddSync(io.Discard)))
}

type core struct {
	handler traced          // what is bound is in it
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
	c.handler = c.handler.with(given.attrs)
	for _, g := range given.groups {
		c.handler = c.handler.in(g)
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
	r.AddAttrs(given.attrs...)
	r.AddAttrs(nested(given.groups, nil)...)
	var further []slog.Attr
	if e.LoggerName != "" {
		further = append(further, slog.String(catalog.FieldLogger, e.LoggerName))
	}
	if e.Stack != "" {
		further = append(further, slog.String(catalog.FieldStacktrace, e.Stack))
	}
	return c.handler.handle(ctx, r, further)
}

// Sync implements [zapcore.Core]. Handlers have nothing like it.
func (core) Sync() error { return nil }

func level(l zapcore.Level) slog.Level {
	const perLevel = 4
	return slog.Level(min(l, zapcore.ErrorLevel+1)) * perLevel
}
