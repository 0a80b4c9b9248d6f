package benchmarks

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/kvdb"
)

// BareSpan starts and ends a span around each call, of the name, the kind and
// the attributes that package instrument gives it, and does nothing else: what
// a span costs before anything is measured.
type BareSpan struct {
	kvdb.Store
	tracer           trace.Tracer
	get, put, delete bareSpanOp
}

type bareSpanOp struct {
	name    string
	options []trace.SpanStartOption
}

// NewBareSpan decorates s.
func NewBareSpan(s kvdb.Store, tp trace.TracerProvider) *BareSpan {
	op := func(name string) bareSpanOp {
		return bareSpanOp{name: name + " " + namespace, options: []trace.SpanStartOption{
			trace.WithSpanKind(trace.SpanKindInternal),
			trace.WithAttributes(operationAttributes(name)...),
		}}
	}
	return &BareSpan{Store: s, tracer: tp.Tracer("barespan"), get: op("get"), put: op("put"), delete: op("delete")}
}

// Get implements [kvdb.Store].
func (s *BareSpan) Get(ctx context.Context, key []byte) ([]byte, error) {
	ctx, span := s.tracer.Start(ctx, s.get.name, s.get.options...)
	value, err := s.Store.Get(ctx, key)
	span.End()
	return value, err
}

// Put implements [kvdb.Store].
func (s *BareSpan) Put(ctx context.Context, key, value []byte) error {
	ctx, span := s.tracer.Start(ctx, s.put.name, s.put.options...)
	err := s.Store.Put(ctx, key, value)
	span.End()
	return err
}

// Delete implements [kvdb.Store].
func (s *BareSpan) Delete(ctx context.Context, key []byte) error {
	ctx, span := s.tracer.Start(ctx, s.delete.name, s.delete.options...)
	err := s.Store.Delete(ctx, key)
	span.End()
	return err
}
