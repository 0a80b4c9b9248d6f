package instrument

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// ErrDuplicate is what Wrap returns when its registry already has an open store
// of the same system and namespace, whose series would be the same.
var ErrDuplicate = errors.New("a store of this system and namespace is already wrapped; close it, or tell them apart with WithNamespace")

const (
	// pollInterval is how often the windows of the quantiles move on and the
	// engines' own statistics are read.
	pollInterval = 10 * time.Second

	// farewell is how long a closed store waits for readers that have not seen
	// its final values.
	farewell = 5 * time.Minute
)

// A Registry holds the records of the stores that report to it, until the
// readers of a MeterProvider collect them through a [Producer]. It is safe for
// concurrent use. It needs no Close: its one goroutine runs while a store is
// open.
type Registry struct {
	layout *layout
	err    error // of its options; Wrap returns it
	start  time.Time
	server server

	mu        sync.Mutex
	records   []*record // open ones, and closed ones with a reader to see
	producers []*Producer
	open      int
	stop      chan struct{} // of the rotation; nil while no store is open
	stopped   chan struct{}
}

// A RegistryOption changes what a Registry records.
type RegistryOption interface{ applyRegistry(*registryConfig) }

type registryConfig struct {
	bounds      []float64
	exponential bool
}

type registryOptionFunc func(*registryConfig)

func (f registryOptionFunc) applyRegistry(c *registryConfig) { f(c) }

// WithDurationBounds adds bounds, in seconds, to db.client.operation.duration,
// for example the threshold of an objective. By default, there are fifteen,
// from a microsecond to ten seconds. At most six can be added.
func WithDurationBounds(seconds ...float64) RegistryOption {
	return registryOptionFunc(func(c *registryConfig) { c.bounds = append(c.bounds, seconds...) })
}

// NewRegistry returns an empty registry. What is wrong with its options is
// returned by each Wrap that uses it.
func NewRegistry(options ...RegistryOption) *Registry {
	c := new(registryConfig)
	for _, o := range options {
		if o != nil {
			o.applyRegistry(c)
		}
	}
	r := &Registry{start: time.Now()}
	r.layout, r.err = newLayout(c.bounds)
	if c.exponential && r.err == nil {
		r.layout.place()
	}
	return r
}

// register adds a record unless an open one has its name.
func (r *Registry) register(rec *record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.records {
		if other.closedAt.Load() == nil && other.series.sameStore(rec.series) {
			return fmt.Errorf("instrument: %s %q: %w", rec.series.system, rec.series.namespace, ErrDuplicate)
		}
	}
	r.forget(time.Now())
	r.records = append(r.records, rec)
	r.open++
	if r.open == 1 {
		r.stop, r.stopped = make(chan struct{}), make(chan struct{})
		go r.rotate(r.stop, r.stopped)
	}
	return nil
}

// unregister marks a record as final. It frees the name at once.
func (r *Registry) unregister(rec *record) {
	r.mu.Lock()
	now := time.Now()
	if !rec.closedAt.CompareAndSwap(nil, &now) {
		r.mu.Unlock()
		return
	}
	r.open--
	var stopped chan struct{}
	if r.open == 0 {
		close(r.stop)
		stopped = r.stopped
	}
	r.mu.Unlock()
	if stopped != nil {
		<-stopped
	}
}

// forget drops closed records that every reader has seen, or that waited long
// enough. The caller holds mu.
func (r *Registry) forget(now time.Time) {
	r.records = slices.DeleteFunc(r.records, func(rec *record) bool {
		closed := rec.closedAt.Load()
		if closed == nil {
			return false
		}
		seen := len(r.producers) > 0
		for _, p := range r.producers {
			seen = seen && p.done[rec]
		}
		if !seen && now.Sub(*closed) < farewell {
			return false
		}
		for _, p := range r.producers {
			delete(p.done, rec)
		}
		return true
	})
}

// rotate moves the windows of the quantiles on.
func (r *Registry) rotate(stop, stopped chan struct{}) {
	defer close(stopped)
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		r.mu.Lock()
		records := slices.Clone(r.records)
		r.mu.Unlock()
		for _, rec := range records {
			rec.rotate()
		}
	}
}

func (s *series) sameStore(other *series) bool {
	return s.system == other.system && s.namespace == other.namespace
}
