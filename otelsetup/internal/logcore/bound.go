package logcore

import (
	"context"
	"slices"

	"go.uber.org/zap/zapcore"
)

// bound is the bridge with what was bound to a logger.
type bound struct {
	root   zapcore.Core // the bridge with nothing bound
	bridge zapcore.Core // with the context and the fields before any namespace

	ctx    context.Context //nolint:containedctx // it was bound to the logger
	fields []zapcore.Field // all, without repetition
	// Before open are the fields that the bridge has. It would close a namespace
	// at the end of With, so it gets the others with each entry.
	open int
	// From scope on they are in the namespace of an entry's own fields.
	scope int
}

// with returns a bound with the fields of a batch, too.
func (b *bound) with(more *batch) *bound {
	w := &bound{root: b.root, ctx: b.latest(more), fields: b.join(more)}
	w.open = len(w.fields)
	for i, f := range slices.Backward(w.fields) {
		if isNamespace(f) {
			w.open = i
			w.scope = max(w.scope, i+1)
		}
	}
	w.bridge = b.root.With(withContext(w.ctx, w.fields[:w.open]))
	return w
}

// join returns the bound fields and those of a batch, without repetition.
func (b *bound) join(more *batch) []zapcore.Field {
	return unique(slices.Concat(b.fields[:b.open], more.exception(), b.fields[b.open:], more.plain()))
}

// write gives an entry to the bridge. Mostly no name is both bound and among the
// entry's own fields, and what is bound can stay as the bridge has it.
func (b *bound) write(e zapcore.Entry, own *batch) error {
	exception, plain := own.exception(), own.plain()
	scope := plain[:scopeLen(plain)]
	switch {
	case share(scope, b.fields[b.scope:]),
		share(exception, b.fields[:b.open]),
		b.open == len(b.fields) && share(exception, scope):
		return b.root.Write(e, withContext(b.latest(own), b.join(own)))
	default:
		return b.bridge.Write(e, own.bridged())
	}
}

// latest returns the context of a batch or else the bound one, or nil.
func (b *bound) latest(own *batch) context.Context {
	if own.ctx != nil {
		return own.ctx
	}
	return b.ctx
}

// withContext returns the fields with one for ctx, if there is a context.
func withContext(ctx context.Context, fields []zapcore.Field) []zapcore.Field {
	if ctx == nil {
		return fields
	}
	return append([]zapcore.Field{contextField(ctx)}, fields...)
}

// contextField is what the bridge looks for, and nobody else.
func contextField(ctx context.Context) zapcore.Field {
	return zapcore.Field{Type: zapcore.SkipType, Interface: ctx}
}
