package benchmarks

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/kvdb"
)

// ClientGolang is the decorator that a team writes by hand with client_golang:
// requests, errors and durations by operation. It follows that library's best
// practice: every handle is resolved once, at construction, and the buckets
// are the default ones.
type ClientGolang struct {
	kvdb.Store
	get, put, delete clientGolangOp
}

// NewClientGolang decorates s and registers three metrics with reg.
func NewClientGolang(s kvdb.Store, reg prometheus.Registerer) (*ClientGolang, error) {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kv_requests_total", Help: "Requests.",
	}, []string{"op"})
	errs := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kv_errors_total", Help: "Failed requests.",
	}, []string{"op"})
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "kv_request_duration_seconds", Help: "Duration of requests.",
	}, []string{"op"})
	if err := register(reg, requests, errs, duration); err != nil {
		return nil, err
	}
	op := func(name string) clientGolangOp {
		return clientGolangOp{
			requests: requests.WithLabelValues(name),
			errors:   errs.WithLabelValues(name),
			duration: duration.WithLabelValues(name),
		}
	}
	return &ClientGolang{Store: s, get: op("get"), put: op("put"), delete: op("delete")}, nil
}

// Get implements [kvdb.Store].
func (s *ClientGolang) Get(ctx context.Context, key []byte) ([]byte, error) {
	start := time.Now()
	value, err := s.Store.Get(ctx, key)
	s.get.observe(start, err)
	return value, err
}

// Put implements [kvdb.Store].
func (s *ClientGolang) Put(ctx context.Context, key, value []byte) error {
	start := time.Now()
	err := s.Store.Put(ctx, key, value)
	s.put.observe(start, err)
	return err
}

// Delete implements [kvdb.Store].
func (s *ClientGolang) Delete(ctx context.Context, key []byte) error {
	start := time.Now()
	err := s.Store.Delete(ctx, key)
	s.delete.observe(start, err)
	return err
}

type clientGolangOp struct {
	requests, errors prometheus.Counter
	duration         prometheus.Observer
}

func (o *clientGolangOp) observe(start time.Time, err error) {
	o.duration.Observe(time.Since(start).Seconds())
	o.requests.Inc()
	if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
		o.errors.Inc()
	}
}

func register(reg prometheus.Registerer, collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		if err := reg.Register(c); err != nil {
			return err
		}
	}
	return nil
}
