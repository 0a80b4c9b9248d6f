package slogcore

import (
	"context"
	"log/slog"
	"slices"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Traced returns a handler that hands records on to h with the ids of the span in their context,
// outside of all groups. It is h itself if that finds spans.
func Traced(h slog.Handler) slog.Handler {
	if t := newTraced(h); !t.finds {
		return t
	}
	return h
}

// A finder is a handler that finds the span in the context by itself.
type finder interface{ FindsSpans() }

// traced keeps what is in groups to itself until a record comes: a handler puts all that it gets
// into the groups that are open.
type traced struct {
	next   slog.Handler // what is bound outside of groups is in it
	finds  bool         // spans, by itself
	groups []group      // each in the one before it
}

func newTraced(h slog.Handler) traced {
	_, finds := h.(finder)
	return traced{next: h, finds: finds}
}

// Enabled implements [slog.Handler].
func (t traced) Enabled(ctx context.Context, l slog.Level) bool { return t.next.Enabled(ctx, l) }

// Handle implements [slog.Handler].
func (t traced) Handle(ctx context.Context, r slog.Record) error { return t.handle(ctx, r, nil) }

// handle hands a record on with further attributes, those and the ids outside of all groups.
func (t traced) handle(ctx context.Context, r slog.Record, further []slog.Attr) error {
	whole := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	whole.AddAttrs(further...)
	if !t.finds {
		whole.AddAttrs(ids(ctx)...)
	}
	own := make([]slog.Attr, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		own = append(own, a)
		return true
	})
	whole.AddAttrs(nested(t.groups, own)...)
	return t.next.Handle(ctx, whole)
}

// WithAttrs implements [slog.Handler].
func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return t.with(attrs) }

func (t traced) with(attrs []slog.Attr) traced {
	switch last := len(t.groups) - 1; {
	case len(attrs) == 0:
	case last < 0:
		t.next = t.next.WithAttrs(attrs)
	default:
		t.groups = slices.Clone(t.groups)
		t.groups[last].attrs = slices.Concat(t.groups[last].attrs, attrs)
	}
	return t
}

// WithGroup implements [slog.Handler].
func (t traced) WithGroup(name string) slog.Handler {
	if name == "" {
		return t
	}
	return t.in(group{name: name})
}

// in returns the handler in one more group.
func (t traced) in(g group) traced {
	t.groups = append(slices.Clip(t.groups), g)
	return t
}

// A group is one that was opened, with what is bound in it.
type group struct {
	name  string
	attrs []slog.Attr
}

// nested returns attributes in groups, of which the first holds all others.
func nested(groups []group, attrs []slog.Attr) []slog.Attr {
	for _, g := range slices.Backward(groups) {
		if attrs = slices.Concat(g.attrs, attrs); len(attrs) > 0 {
			attrs = []slog.Attr{{Key: g.name, Value: slog.GroupValue(attrs...)}}
		}
	}
	return attrs
}

// ids returns those of the span in a context, if there is one.
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
