package benchmarks

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/kvdb"
)

// OTelNaive is a decorator on the OpenTelemetry API as its guides begin:
// every call makes a span and passes its attributes to the span and to each
// instrument.
type OTelNaive struct {
	kvdb.Store
	tracer           trace.Tracer
	duration         metric.Float64Histogram
	requests, errors metric.Int64Counter
}

// NewOTelNaive decorates s.
func NewOTelNaive(s kvdb.Store, mp metric.MeterProvider, tp trace.TracerProvider) (*OTelNaive, error) {
	duration, requests, errs, err := otelInstruments(mp.Meter("naive"))
	if err != nil {
		return nil, err
	}
	return &OTelNaive{Store: s, tracer: tp.Tracer("naive"), duration: duration, requests: requests, errors: errs}, nil
}

// Get implements [kvdb.Store].
func (s *OTelNaive) Get(ctx context.Context, key []byte) ([]byte, error) {
	start := time.Now()
	ctx, span := s.tracer.Start(ctx, "get", trace.WithAttributes(operationAttributes("get")...))
	defer span.End()
	value, err := s.Store.Get(ctx, key)
	s.observe(ctx, span, "get", start, err)
	return value, err
}

// Put implements [kvdb.Store].
func (s *OTelNaive) Put(ctx context.Context, key, value []byte) error {
	start := time.Now()
	ctx, span := s.tracer.Start(ctx, "put", trace.WithAttributes(operationAttributes("put")...))
	defer span.End()
	err := s.Store.Put(ctx, key, value)
	s.observe(ctx, span, "put", start, err)
	return err
}

// Delete implements [kvdb.Store].
func (s *OTelNaive) Delete(ctx context.Context, key []byte) error {
	start := time.Now()
	ctx, span := s.tracer.Start(ctx, "delete", trace.WithAttributes(operationAttributes("delete")...))
	defer span.End()
	err := s.Store.Delete(ctx, key)
	s.observe(ctx, span, "delete", start, err)
	return err
}

func (s *OTelNaive) observe(ctx context.Context, span trace.Span, op string, start time.Time, err error) {
	s.duration.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(operationAttributes(op)...))
	s.requests.Add(ctx, 1, metric.WithAttributes(operationAttributes(op)...))
	if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
		s.errors.Add(ctx, 1, metric.WithAttributes(operationAttributes(op)...))
		span.SetStatus(codes.Error, err.Error())
	}
}
