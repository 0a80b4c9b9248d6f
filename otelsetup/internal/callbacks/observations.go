package callbacks

import (
	"slices"
	"sync"

	"go.opentelemetry.io/otel/metric"
)

// observations are those of one call. They wait for its end: the SDK takes them
// from the goroutine that collects only, and what comes later than that would be
// added to the next collection's.
type observations struct {
	mu     sync.Mutex
	all    []func()
	closed bool
}

func (o *observations) keep(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.all = append(o.all, f)
	}
}

// replay hands them to the SDK. What is observed from then on is nothing.
func (o *observations) replay() {
	o.mu.Lock()
	all := o.all
	o.all, o.closed = nil, true
	o.mu.Unlock()
	for _, f := range all {
		f()
	}
}

type int64Observer struct {
	metric.Int64Observer
	*observations
}

// Observe implements metric.Int64Observer.
func (o int64Observer) Observe(v int64, opts ...metric.ObserveOption) {
	opts = slices.Clone(opts)
	o.keep(func() { o.Int64Observer.Observe(v, opts...) })
}

type float64Observer struct {
	metric.Float64Observer
	*observations
}

// Observe implements metric.Float64Observer.
func (o float64Observer) Observe(v float64, opts ...metric.ObserveOption) {
	opts = slices.Clone(opts)
	o.keep(func() { o.Float64Observer.Observe(v, opts...) })
}

type observer struct {
	metric.Observer
	*observations
}

// ObserveInt64 implements metric.Observer.
func (o observer) ObserveInt64(of metric.Int64Observable, v int64, opts ...metric.ObserveOption) {
	opts = slices.Clone(opts)
	o.keep(func() { o.Observer.ObserveInt64(of, v, opts...) })
}

// ObserveFloat64 implements metric.Observer.
func (o observer) ObserveFloat64(of metric.Float64Observable, v float64, opts ...metric.ObserveOption) {
	opts = slices.Clone(opts)
	o.keep(func() { o.Observer.ObserveFloat64(of, v, opts...) })
}
