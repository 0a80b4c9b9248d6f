package logcore

import (
	"context"
	"slices"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap/zapcore"
)

// bound is what was bound to a logger.
type bound struct {
	given  []zapcore.Field // by the names that the caller gave them
	fields []zapcore.Field // by those that they have in a line
	// Before open they are not in a namespace. The bridge would close one at the
	// end of With, so it gets the others with each entry.
	open int
	// From scope on they are in the object of an entry's own fields.
	scope int

	names  nameSet // wanted before open; the fields have others than always
	filter uint64  // of the fields from scope on

	ctx       context.Context //nolint:containedctx // it was bound to the logger
	span      trace.SpanContext
	exception exception

	encoder zapcore.Encoder // of JSON, with the fields
	bridge  zapcore.Core    // with the context and the fields before open; nil for JSON alone
}

// with returns a bound with the fields of a batch, too. The root is one with
// nothing.
func (b *bound) with(root *bound, more *batch) *bound {
	w := &bound{
		given: slices.Concat(b.given, more.plain()),
		ctx:   b.ctx, span: b.span, exception: b.exception,
	}
	if more.ctx != nil {
		w.ctx, w.span = more.ctx, more.span
	}
	if more.exception.any {
		w.exception = more.exception
	}
	w.fields = settle(w.given, always)
	w.encoder = b.encodeWith(root, w.fields)

	w.open = len(w.fields)
	for i, f := range slices.Backward(w.fields) {
		if isNamespace(f) {
			w.open = i
			w.scope = max(w.scope, i+1)
		}
	}
	var top, scope wanted
	top.add(w.fields[:scopeLen(w.fields)])
	scope.add(w.fields[w.scope:])
	w.names, w.filter = top.names, scope.filter
	if root.bridge != nil {
		w.bridge = root.bridge.With(withContext(w.ctx, nil, w.fields[:w.open]))
	}
	return w
}

// encodeWith returns an encoder with fields, of which the first are mostly those
// of b.
func (b *bound) encodeWith(root *bound, fields []zapcore.Field) zapcore.Encoder {
	from := b
	for i := range b.fields {
		if b.fields[i].Key != fields[i].Key {
			from = root
			break
		}
	}
	encoder := from.encoder.Clone()
	for _, f := range fields[len(from.fields):] {
		f.AddTo(encoder)
	}
	return encoder
}

// want returns what is wanted by the first of an entry's own fields, with what is
// bound.
func (b *bound) want(own []zapcore.Field) wanted {
	first := own[:scopeLen(own)]
	var w wanted
	w.add(first)
	w.twice = w.twice || b.shares(first, w.filter)
	if b.scope > 0 {
		w.names = 0 // they are in a namespace
	}
	w.names |= b.names
	for rest := own[len(first):]; len(rest) > 0 && !w.twice; {
		var more wanted
		scope := rest[:scopeLen(rest)]
		more.add(scope)
		w.twice = more.twice
		rest = rest[len(scope):]
	}
	return w
}

// shares reports whether a field has the name of a bound one in the same object.
func (b *bound) shares(own []zapcore.Field, filter uint64) bool {
	if b.filter&filter == 0 {
		return false
	}
	scope := b.fields[b.scope:]
	if len(own)*len(scope) > maxCompared*maxCompared {
		var w wanted
		w.addMany(slices.Concat(scope, own))
		return w.twice
	}
	for i := range own {
		if b.filter&bit(own[i].Key) != 0 && hasKey(scope, own[i].Key) {
			return true
		}
	}
	return false
}

// withContext returns the fields with one for ctx, if there is a context, and
// those of an exception.
func withContext(ctx context.Context, exception, fields []zapcore.Field) []zapcore.Field {
	if ctx == nil {
		return slices.Concat(exception, fields)
	}
	return slices.Concat([]zapcore.Field{contextField(ctx)}, exception, fields)
}

// contextField is what the bridge looks for, and nobody else.
func contextField(ctx context.Context) zapcore.Field {
	return zapcore.Field{Type: zapcore.SkipType, Interface: ctx}
}
