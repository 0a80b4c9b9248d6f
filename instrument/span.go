package instrument

import (
	"context"
	"reflect"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// SpanOptions choose which operations get a span. The zero value makes a child
// span under a parent that is recording, or that is remote and sampled.
type SpanOptions struct {
	// Roots makes spans also where there is no such parent. Background work
	// then makes one trace an operation.
	Roots bool

	// ParentEvents adds an event to a recording parent in place of a span: a
	// request with hundreds of operations stays readable.
	ParentEvents bool

	// SlowOnly makes the span when a slow operation ends, with the time at which
	// it began, and none for the others. What the engine itself traces is then
	// not below it. See WithSlowThreshold.
	SlowOnly bool

	// Filter, when it is set, is asked for each operation that would get a span
	// or an event, and refuses it with false. It must be safe for concurrent use
	// and must not block; if it panics, the operation gets its span.
	Filter func(ctx context.Context, operation string) bool
}

// traced is the span of an operation.
type traced struct {
	liveSpan
	mode  spanMode
	start time.Time  // the moment that is op.start
	span  trace.Span // by mode: its own, its parent, or nil

	// The options of the span stand here rather than in slices that each call
	// would allocate.
	starting [4]trace.SpanStartOption
	ending   [1]trace.SpanEndOption
}

type spanMode uint8

const (
	spanOwn    spanMode = iota // under way
	spanParent                 // the parent gets an event at the end
	spanLate                   // made at the end, if at all
)

// A spanner makes the spans of a store, and is the sink that ends them.
type spanner struct {
	tracer  trace.Tracer
	options SpanOptions
	kind    trace.SpanStartOption

	series *record.Series
	live   *liveSpans

	// By operation.
	operations []string
	shared     []atomic.Pointer[spanShared] // nil until the first use
}

// A spanShared is what all spans of an operation have.
type spanShared struct {
	name  string
	attrs trace.SpanStartEventOption
}

func newSpanner(tracer trace.Tracer, options SpanOptions, infos []record.OperationInfo, s *record.Series, remote bool) spanner {
	sp := spanner{
		tracer: tracer, options: options, kind: trace.WithSpanKind(trace.SpanKindInternal),
		series: s, live: new(liveSpans), shared: make([]atomic.Pointer[spanShared], len(infos)),
	}
	if remote {
		sp.kind = trace.WithSpanKind(trace.SpanKindClient)
	}
	for _, info := range infos {
		sp.operations = append(sp.operations, info.Name)
	}
	return sp
}

// of returns what all spans of an operation have.
func (sp *spanner) of(op record.Operation) *spanShared {
	at := &sp.shared[op]
	if s := at.Load(); s != nil {
		return s
	}
	name := sp.operations[op]
	at.CompareAndSwap(nil, &spanShared{
		name:  catalog.SpanName(name, sp.series.Namespace),
		attrs: trace.WithAttributes(sp.series.With(attribute.String(catalog.OperationName, name))...),
	})
	return at.Load()
}

// noSpan is the type of the span that a context without one has. Most
// operations of a program that does not trace have it, and comparing types is
// the fastest way to tell.
var noSpan = reflect.TypeOf(trace.SpanFromContext(context.Background()))

// wants reports whether an operation below parent may get a span. A remote
// parent is not recording here, but may be sampled there.
func (sp *spanner) wants(parent trace.Span) bool {
	if reflect.TypeOf(parent) == noSpan {
		return sp.options.Roots
	}
	if parent.IsRecording() || sp.options.Roots {
		return true
	}
	sc := parent.SpanContext()
	return sc.IsRemote() && sc.IsSampled()
}

// start makes the span of an operation that began at the given moment. A sampler
// or a processor that panics costs the span.
func (sp *spanner) start(
	ctx context.Context, parent trace.Span, kind record.Operation, at time.Time, items int,
) (spanned context.Context, t *traced) {
	defer func() {
		if recover() != nil {
			spanned, t = ctx, nil
		}
	}()
	if !ask(ctx, sp.options.Filter, sp.operations[kind]) {
		return ctx, nil
	}
	t = &traced{start: at}
	if sp.options.ParentEvents && parent.IsRecording() {
		t.mode, t.span = spanParent, parent
	}
	switch {
	case sp.options.SlowOnly:
		t.mode = spanLate
	case t.span == nil:
		ctx, t.span = sp.make(ctx, t, kind, items)
	}
	sp.live.add(t, kind)
	return ctx, t
}

func (sp *spanner) make(ctx context.Context, t *traced, kind record.Operation, items int) (context.Context, trace.Span) {
	shared := sp.of(kind)
	options := append(t.starting[:0], sp.kind, shared.attrs, trace.WithTimestamp(t.start))
	if items > 0 {
		options = append(options, trace.WithAttributes(attribute.Int(catalog.BatchSize, items)))
	}
	return sp.tracer.Start(ctx, shared.name, options...)
}

// take ends the operation's span, and makes it first where that was left for later.
func (sp *spanner) take(ctx context.Context, e report) report {
	e.span = sp.end(ctx, &e)
	return e
}

func (sp *spanner) end(ctx context.Context, e *report) (span trace.SpanContext) {
	defer func() {
		if recover() != nil { // of a processor
			span = trace.SpanContext{}
		}
	}()
	t := e.traced
	sp.live.remove(t)
	if t == nil || t.mode == spanLate && !e.slow {
		return trace.SpanContext{}
	}
	end := t.start.Add(e.duration)
	if t.mode != spanOwn && t.span != nil {
		sp.addEvent(t.span, e, end)
		return t.span.SpanContext()
	}
	if t.mode == spanLate {
		_, t.span = sp.make(ctx, t, e.kind, e.items)
	}
	if attrs := e.attributes(); len(attrs) > 0 {
		t.span.SetAttributes(attrs...)
	}
	if e.failure != "" {
		t.span.SetStatus(codes.Error, e.failure)
	}
	t.ending[0] = trace.WithTimestamp(end)
	t.span.End(t.ending[:]...)
	return t.span.SpanContext()
}

// addEvent puts the operation on its parent.
func (sp *spanner) addEvent(parent trace.Span, e *report, end time.Time) {
	shared := sp.of(e.kind)
	attrs := append(e.attributes(), attribute.Float64(catalog.DurationSeconds, e.duration.Seconds()))
	parent.AddEvent(shared.name, trace.WithTimestamp(end), shared.attrs, trace.WithAttributes(attrs...))
}

// attributes are those that are known only at the end.
func (e *report) attributes() []attribute.KeyValue {
	var attrs []attribute.KeyValue
	if e.failure != "" {
		attrs = append(attrs, attribute.String(catalog.ErrorType, e.failure))
	}
	if e.evidence != "" {
		attrs = append(attrs, attribute.String(catalog.EvidenceID, e.evidence))
	}
	return attrs
}
