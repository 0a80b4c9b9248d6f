package logcore

import (
	"context"
	"math"
	"sync"
	"unicode/utf8"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap/zapcore"
)

// A batch is the fields of one entry, in values that both outputs take as they
// are, and what was between them that is no field of a line: the context and
// the error.
type batch struct {
	collector
	first int             // of the entry's own fields; before it are reserved places and the open fields
	ctx   context.Context //nolint:containedctx // it came in a field
	span  trace.SpanContext

	exception exception

	particulars Particulars
}

// reserved are the places at the front for the fields that only the bridge
// gets: the context and two of an error.
const reserved = 3

var batches = sync.Pool{New: func() any { return new(batch) }}

// newBatch returns a batch for an entry of a logger to which open fields are
// bound.
func newBatch(open []zapcore.Field) *batch {
	b := batches.Get().(*batch)
	b.fields = append(b.fields, make([]zapcore.Field, reserved)...)
	b.fields = append(b.fields, open...)
	b.first = len(b.fields)
	return b
}

// maxPooled bounds what an entry with very many fields leaves in the pool.
const maxPooled = 128

// free gives the batch back to the pool, without what belongs to the caller.
func (b *batch) free() {
	if cap(b.fields) > maxPooled {
		return
	}
	clear(b.fields)
	*b = batch{collector: collector{fields: b.fields[:0]}}
	batches.Put(b)
}

// take adds the fields of an entry.
func (b *batch) take(fields []zapcore.Field) {
	for i := range fields {
		f := &fields[i]
		if f.Interface != nil {
			if p, ok := f.Interface.(*Particulars); ok {
				b.particulars = *p
				continue
			}
			if ctx, ok := f.Interface.(context.Context); ok {
				b.ctx = ctx //nolint:fatcontext // it is not made from the one before
				continue
			}
			if f.Type == zapcore.ErrorType && f.Key == "error" {
				b.exception = describe(f.Interface)
			}
		}
		if isPlain(f) {
			b.fields = append(b.fields, *f)
		} else {
			b.encode(*f)
		}
	}
	if b.ctx != nil {
		b.readSpan()
	}
}

// readSpan asks the context for its span. A context may be of the user's own
// type: one that panics is as good as none.
func (b *batch) readSpan() {
	defer func() {
		if recover() != nil {
			b.ctx = context.Background()
		}
	}()
	b.span = trace.SpanContextFromContext(b.ctx)
}

// plain returns the fields for JSON.
func (b *batch) plain() []zapcore.Field { return b.fields[b.first:] }

// bridged returns the fields for the bridge.
func (b *batch) bridged(exception []zapcore.Field) []zapcore.Field {
	from := reserved
	if b.ctx != nil {
		from--
		b.fields[from] = contextField(b.ctx)
	}
	from -= len(exception)
	copy(b.fields[from:], exception)
	return b.fields[from:]
}

// isPlain reports whether both outputs make the same of a field as it is. It is
// the short way of most fields.
func isPlain(f *zapcore.Field) bool {
	switch f.Type {
	case zapcore.StringType:
		return utf8.ValidString(f.String) && utf8.ValidString(f.Key)
	case zapcore.BoolType, zapcore.Int64Type, zapcore.Int32Type, zapcore.Int16Type, zapcore.Int8Type,
		zapcore.Uint32Type, zapcore.Uint16Type, zapcore.Uint8Type:
		return utf8.ValidString(f.Key)
	case zapcore.Float64Type:
		return isFinite(math.Float64frombits(uint64(f.Integer))) && utf8.ValidString(f.Key)
	case zapcore.NamespaceType:
		return utf8.ValidString(f.Key)
	default:
		return false
	}
}
