package benchmarks

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/kvdb"
)

// ClientGolangEqual is a decorator by hand with client_golang that records
// every signal which package instrument records by default: two histograms of
// the duration, its quantiles, requests by outcome, errors by type, the bytes
// of both directions and the operations in flight. Handles are resolved once,
// at construction, but for those of a failure.
type ClientGolangEqual struct {
	kvdb.Store
	inFlight         prometheus.Gauge
	get, put, delete clientGolangEqualOp
}

// NewClientGolangEqual decorates s and registers eight metrics with reg.
func NewClientGolangEqual(s kvdb.Store, reg prometheus.Registerer) (*ClientGolangEqual, error) {
	m := newClientGolangEqualMetrics()
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{Name: "kv_in_flight", Help: "Operations in flight."})
	if err := register(reg, m.duration, m.latency, m.quantiles, m.requests, m.errors, m.read, m.written, inFlight); err != nil {
		return nil, err
	}
	return &ClientGolangEqual{
		Store: s, inFlight: inFlight,
		get: m.op("get"), put: m.op("put"), delete: m.op("delete"),
	}, nil
}

// Get implements [kvdb.Store].
func (s *ClientGolangEqual) Get(ctx context.Context, key []byte) ([]byte, error) {
	s.inFlight.Inc()
	start := time.Now()
	value, err := s.Store.Get(ctx, key)
	read := 0
	if err == nil {
		read = len(key) + len(value)
	}
	s.get.observe(start, err, read, len(key))
	s.inFlight.Dec()
	return value, err
}

// Put implements [kvdb.Store].
func (s *ClientGolangEqual) Put(ctx context.Context, key, value []byte) error {
	s.inFlight.Inc()
	start := time.Now()
	err := s.Store.Put(ctx, key, value)
	s.put.observe(start, err, 0, len(key)+len(value))
	s.inFlight.Dec()
	return err
}

// Delete implements [kvdb.Store].
func (s *ClientGolangEqual) Delete(ctx context.Context, key []byte) error {
	s.inFlight.Inc()
	start := time.Now()
	err := s.Store.Delete(ctx, key)
	s.delete.observe(start, err, 0, len(key))
	s.inFlight.Dec()
	return err
}

type clientGolangEqualMetrics struct {
	duration, latency               *prometheus.HistogramVec
	quantiles                       *prometheus.SummaryVec
	requests, errors, read, written *prometheus.CounterVec
}

func newClientGolangEqualMetrics() clientGolangEqualMetrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"op"}, labels...))
	}
	return clientGolangEqualMetrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kv_operation_duration_seconds", Help: "Duration of operations.", Buckets: durationBounds,
		}, []string{"op", "error_type"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kv_request_latency_seconds", Help: "Latency of requests.", Buckets: latencyBounds,
		}, []string{"op"}),
		quantiles: prometheus.NewSummaryVec(prometheus.SummaryOpts{
			Name: "kv_request_latency_quantiles_seconds", Help: "Quantiles of the latency.",
			Objectives: map[float64]float64{0.5: 0.05, 0.95: 0.01, 0.99: 0.001}, MaxAge: time.Minute,
		}, []string{"op"}),
		requests: counter("kv_requests_total", "Requests.", "outcome"),
		errors:   counter("kv_errors_total", "Failed requests.", "error_type"),
		read:     counter("kv_bytes_read_total", "Bytes delivered."),
		written:  counter("kv_bytes_written_total", "Bytes sent."),
	}
}

func (m clientGolangEqualMetrics) op(name string) clientGolangEqualOp {
	o := clientGolangEqualOp{
		duration:  m.duration.WithLabelValues(name, ""),
		latency:   m.latency.WithLabelValues(name),
		quantiles: m.quantiles.WithLabelValues(name),
		read:      m.read.WithLabelValues(name),
		written:   m.written.WithLabelValues(name),
		errors:    m.errors.MustCurryWith(prometheus.Labels{"op": name}),
		failures:  m.duration.MustCurryWith(prometheus.Labels{"op": name}),
	}
	for outcome, label := range outcomeLabels {
		o.requests[outcome] = m.requests.WithLabelValues(name, label)
	}
	return o
}

type clientGolangEqualOp struct {
	duration, latency, quantiles prometheus.Observer
	requests                     [len(outcomeLabels)]prometheus.Counter
	read, written                prometheus.Counter
	errors                       *prometheus.CounterVec
	failures                     prometheus.ObserverVec
}

func (o *clientGolangEqualOp) observe(start time.Time, err error, read, written int) {
	seconds := time.Since(start).Seconds()
	outcome := outcomeOf(err)
	o.requests[outcome].Inc()
	if outcome == outcomeError {
		t := errorType(err)
		o.errors.WithLabelValues(t).Inc()
		o.failures.WithLabelValues(t).Observe(seconds)
	} else {
		o.duration.Observe(seconds)
	}
	o.latency.Observe(seconds)
	o.quantiles.Observe(seconds)
	if read > 0 {
		o.read.Add(float64(read))
	}
	o.written.Add(float64(written))
}

var (
	durationBounds = []float64{1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}
	latencyBounds  = []float64{0.001, 0.01, 0.1, 1}
)

const (
	outcomeOK = iota
	outcomeMiss
	outcomeCanceled
	outcomeError
)

var outcomeLabels = [...]string{"ok", "miss", "canceled", "error"}

func outcomeOf(err error) int {
	switch {
	case err == nil:
		return outcomeOK
	case errors.Is(err, kvdb.ErrNotFound):
		return outcomeMiss
	case errors.Is(err, context.Canceled):
		return outcomeCanceled
	default:
		return outcomeError
	}
}

// errorType tells the types apart that these benchmarks can meet.
func errorType(err error) string {
	switch {
	case errors.Is(err, kvdb.ErrTimeout):
		return "timeout"
	case errors.Is(err, kvdb.ErrClosed):
		return "closed"
	case errors.Is(err, kvdb.ErrUnavailable):
		return "unavailable"
	case errors.Is(err, kvdb.ErrInvalidArgument):
		return "invalid_argument"
	default:
		return "_OTHER"
	}
}
