package sloghandler

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
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
	core    zapcore.Core // what is bound with its groups is in it
	errors  zapcore.WriteSyncer
	source  bool
	ours    bool     // the core is one of package logcore
	context bool     // one is bound
	groups  []string // opened, and so far without an attribute
}

var _ slog.Handler = (*Handler)(nil)

// New returns a handler. It holds nothing that has to be ended.
func New(o Options) *Handler {
	_, ours := o.Core.(*logcore.Core)
	return &Handler{core: o.Core, errors: o.Errors, source: o.Source, ours: ours}
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
	particulars := particularsOf(&r)
	if r.Time.IsZero() {
		entry.Time = time.Now()
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

	space := h.space()
	fields := (*space)[:0]
	spanned := hasSpan(ctx)
	if ctx != nil && (spanned || !h.context) {
		fields = append(fields, tracefield.Context(ctx))
	}
	if particulars != nil {
		fields = append(fields, particulars.Field())
	}
	fields = h.inGroups(fields, func(fields []zapcore.Field) []zapcore.Field {
		first := len(fields)
		r.Attrs(func(a slog.Attr) bool {
			fields = appendAttr(fields, a, 0)
			return true
		})
		if spanned {
			return fields[:first+len(slices.DeleteFunc(fields[first:], isContext))]
		}
		return fields
	})
	checked.Write(fields...)
	*space = fields
	h.free(space)
	return nil
}

// particularsOf returns what an entry of zap cannot hold of a record, or nil as a rule.
func particularsOf(r *slog.Record) *logcore.Particulars {
	exact := severity(r.Level)
	if exact == 0 && !r.Time.IsZero() {
		return nil
	}
	p := &logcore.Particulars{Severity: exact, Timeless: r.Time.IsZero()}
	if exact != 0 {
		p.Text = r.Level.String()
	}
	return p
}

// spaces are for the fields of records.
var spaces = sync.Pool{New: func() any { return new(make([]zapcore.Field, 0, 16)) }}

// maxPooled bounds what a record with very many attributes leaves in the pool.
const maxPooled = 128

// space returns room for fields: of the pool for a core of ours, which keeps none of them.
func (h *Handler) space() *[]zapcore.Field {
	if h.ours {
		return spaces.Get().(*[]zapcore.Field)
	}
	return new([]zapcore.Field)
}

// free takes the room back, without what belongs to the caller.
func (h *Handler) free(space *[]zapcore.Field) {
	if h.ours && cap(*space) <= maxPooled {
		clear(*space)
		spaces.Put(space)
	}
}

// FindsSpans says to package slogcore that lines have the ids of the span in their context.
func (*Handler) FindsSpans() {}

// hasSpan asks a context, which may be of the program's own type: one that panics has none.
func hasSpan(ctx context.Context) (has bool) {
	defer func() {
		if recover() != nil {
			has = false
		}
	}()
	return ctx != nil && trace.SpanContextFromContext(ctx).IsValid()
}

func isContext(f zapcore.Field) bool {
	_, is := f.Interface.(context.Context)
	return is
}

// WithAttrs implements [slog.Handler].
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	fields := h.inGroups(nil, func(fields []zapcore.Field) []zapcore.Field { return appendAttrs(fields, attrs, 0) })
	if len(fields) == 0 {
		return h
	}
	derived := *h
	derived.core, derived.groups = h.core.With(fields), nil
	derived.context = h.context || slices.ContainsFunc(fields, isContext)
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
