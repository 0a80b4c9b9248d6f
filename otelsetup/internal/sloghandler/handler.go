package sloghandler

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

// Options of [New].
type Options struct {
	Core   zapcore.Core        // gets what is logged
	Errors zapcore.WriteSyncer // is told what could not be written; nil for nobody
	Source bool                // whether lines say where they were written
}

// A Handler is a [slog.Handler]. It is safe for concurrent use as far as its core is.
type Handler struct {
	core   zapcore.Core // what is bound with its groups is in it
	errors zapcore.WriteSyncer
	source bool
	groups []string // opened, and so far without an attribute
}

var _ slog.Handler = (*Handler)(nil)

// New returns a handler. It holds nothing that has to be ended.
func New(o Options) *Handler {
	return &Handler{core: o.Core, errors: o.Errors, source: o.Source}
}

// Enabled implements [slog.Handler].
func (h *Handler) Enabled(_ context.Context, level slog.Level) bool {
	return h.core.Enabled(enabling(level))
}

// Handle implements [slog.Handler]. What cannot be written is told to Errors, and is no error here:
// nobody who logs looks at it.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if !h.core.Enabled(enabling(r.Level)) {
		return nil // other handlers hand on what they were asked to
	}
	entry := zapcore.Entry{Level: written(r.Level), Time: r.Time, Message: r.Message}
	particulars := logcore.Particulars{}
	if exact := severity(r.Level); exact != 0 {
		particulars.Severity, particulars.Text = exact, r.Level.String()
	}
	if r.Time.IsZero() {
		entry.Time, particulars.Timeless = time.Now(), true
	}
	if h.source {
		if s := r.Source(); s != nil {
			entry.Caller = zapcore.EntryCaller{Defined: true, PC: r.PC, File: s.File, Line: s.Line, Function: s.Function}
		}
	}
	checked := h.core.Check(entry, nil)
	if checked == nil {
		return nil
	}
	checked.ErrorOutput = h.errors

	fields := make([]zapcore.Field, 0, 2+len(h.groups)+r.NumAttrs())
	if ctx != nil {
		fields = append(fields, tracefield.Context(ctx))
	}
	if particulars != (logcore.Particulars{}) {
		fields = append(fields, particulars.Field())
	}
	checked.Write(h.inGroups(fields, func(fields []zapcore.Field) []zapcore.Field {
		r.Attrs(func(a slog.Attr) bool {
			fields = appendAttr(fields, a, 0)
			return true
		})
		return fields
	})...)
	return nil
}

// FindsSpans says to package slogcore that lines have the ids of the span in their context.
func (*Handler) FindsSpans() {}

// WithAttrs implements [slog.Handler].
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	fields := h.inGroups(nil, func(fields []zapcore.Field) []zapcore.Field { return appendAttrs(fields, attrs, 0) })
	if len(fields) == 0 {
		return h
	}
	derived := *h
	derived.core, derived.groups = h.core.With(fields), nil
	return &derived
}

// WithGroup implements [slog.Handler].
func (h *Handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	derived := *h
	derived.groups = append(slices.Clip(h.groups), name)
	return &derived
}

// inGroups appends the groups that are open, and in them what add appends, or nothing if that is
// nothing.
func (h *Handler) inGroups(fields []zapcore.Field, add func([]zapcore.Field) []zapcore.Field) []zapcore.Field {
	outside := len(fields)
	for _, name := range h.groups {
		fields = append(fields, zap.Namespace(name))
	}
	inside := len(fields)
	if fields = add(fields); len(fields) == inside {
		return fields[:outside]
	}
	return fields
}
