package benchmarks

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/otelkv/otelkv/kvdb"
)

// OTelPrebuilt is a decorator on the OpenTelemetry metric API by the book:
// the attributes of each operation are one set, the set one option and the
// option one slice, all built at construction, so that recording allocates
// nothing. It has a histogram with the bounds that the semantic conventions
// advise, and counters of requests and errors.
type OTelPrebuilt struct {
	kvdb.Store
	duration         metric.Float64Histogram
	requests, errors metric.Int64Counter
	get, put, delete otelPrebuiltOp
}

type otelPrebuiltOp struct {
	record []metric.RecordOption
	add    []metric.AddOption
}

// NewOTelPrebuilt decorates s.
func NewOTelPrebuilt(s kvdb.Store, mp metric.MeterProvider) (*OTelPrebuilt, error) {
	duration, requests, errs, err := otelInstruments(mp.Meter("prebuilt"))
	if err != nil {
		return nil, err
	}
	op := func(name string) otelPrebuiltOp {
		set := metric.WithAttributeSet(attribute.NewSet(operationAttributes(name)...))
		return otelPrebuiltOp{record: []metric.RecordOption{set}, add: []metric.AddOption{set}}
	}
	return &OTelPrebuilt{
		Store: s, duration: duration, requests: requests, errors: errs,
		get: op("get"), put: op("put"), delete: op("delete"),
	}, nil
}

// Get implements [kvdb.Store].
func (s *OTelPrebuilt) Get(ctx context.Context, key []byte) ([]byte, error) {
	start := time.Now()
	value, err := s.Store.Get(ctx, key)
	s.observe(ctx, &s.get, start, err)
	return value, err
}

// Put implements [kvdb.Store].
func (s *OTelPrebuilt) Put(ctx context.Context, key, value []byte) error {
	start := time.Now()
	err := s.Store.Put(ctx, key, value)
	s.observe(ctx, &s.put, start, err)
	return err
}

// Delete implements [kvdb.Store].
func (s *OTelPrebuilt) Delete(ctx context.Context, key []byte) error {
	start := time.Now()
	err := s.Store.Delete(ctx, key)
	s.observe(ctx, &s.delete, start, err)
	return err
}

func (s *OTelPrebuilt) observe(ctx context.Context, op *otelPrebuiltOp, start time.Time, err error) {
	s.duration.Record(ctx, time.Since(start).Seconds(), op.record...)
	s.requests.Add(ctx, 1, op.add...)
	if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
		s.errors.Add(ctx, 1, op.add...)
	}
}

func otelInstruments(m metric.Meter) (duration metric.Float64Histogram, requests, errs metric.Int64Counter, err error) {
	duration, err1 := m.Float64Histogram("db.client.operation.duration", metric.WithUnit("s"),
		metric.WithExplicitBucketBoundaries(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10))
	requests, err2 := m.Int64Counter("kv.requests", metric.WithUnit("{request}"))
	errs, err3 := m.Int64Counter("kv.errors", metric.WithUnit("{error}"))
	return duration, requests, errs, errors.Join(err1, err2, err3)
}

// operationAttributes are those that the semantic conventions ask of a
// database client.
func operationAttributes(op string) []attribute.KeyValue {
	return []attribute.KeyValue{
		semconv.DBSystemNameKey.String(system),
		semconv.DBNamespace(namespace),
		semconv.DBOperationName(op),
	}
}
