package instrument

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// ErrDuplicate is what Wrap returns when its registry, or its MeterProvider,
// already has an open store of the same system and namespace, whose series would be
// the same.
var ErrDuplicate = errors.New("a store of this system and namespace is already wrapped; close it, or tell them apart with WithNamespace")

// pollInterval is how often the windows of the quantiles move on and the
// engines' own statistics are read.
const pollInterval = 10 * time.Second

// A Registry holds the records of the stores that report to it, until the
// readers of a MeterProvider collect them through a [Producer]. A store that is
// closed waits for readers that have not seen its final values, for five minutes
// and as one of at most 64; see [Store.Close]. A Registry is safe for concurrent use. It needs no Close: its one goroutine runs while a store is
// open.
type Registry struct {
	layout *layout
	err    error // of its options; Wrap returns it
	start  time.Time
	server server        // of connections
	sweeps func(*ledger) // of a MeterProvider: what it has of a dropped ledger; nil where Producers tell

	mu      sync.Mutex
	ledgers []*ledger // of open stores, and of closed ones with a reader to see
	readers []*reader
	lost    uint64 // farewells, before there was a reader
	open    int
	parted  bool          // a store has been closed
	dropped []*ledger     // which a MeterProvider still calls for
	stop    chan struct{} // of the rotation; nil while no store is open
	stopped chan struct{}
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

// register adds a record, unless an open store has its name. It goes on in the
// ledger of a closed store that had the same series, if there is one with
// readers to see.
func (r *Registry) register(rec *record) (reopened bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.taken(rec.series); err != nil {
		return false, err
	}
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() {
			if err := disagree(l.aside.stats.Load(), rec.stats.Load()); err != nil {
				return false, fmt.Errorf("instrument: %w", err)
			}
		}
	}
	r.forget(time.Now())
	reopened = r.reopen(rec)
	if !reopened {
		r.ledgers = append(r.ledgers, rec.ledger)
	}
	r.open++
	if r.open == 1 && r.sweeps == nil { // a provider's readers are not told the quantiles
		r.stop, r.stopped = make(chan struct{}), make(chan struct{})
		go r.rotate(r.stop, r.stopped)
	}
	return reopened, nil
}

// taken returns an error if an open store has the name. The caller holds mu.
func (r *Registry) taken(s *series) error {
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() && l.series.sameStore(s) {
			return fmt.Errorf("instrument: %s %q: %w", s.system, s.namespace, ErrDuplicate)
		}
	}
	return nil
}

// unregister marks a record as final. It frees the name at once.
func (r *Registry) unregister(rec *record) {
	r.mu.Lock()
	if rec.closed.Swap(true) {
		r.mu.Unlock()
		return
	}
	rec.ledger.closedAt, r.parted = time.Now(), true
	r.open--
	var stopped chan struct{}
	if r.open == 0 && r.sweeps == nil {
		close(r.stop)
		stopped = r.stopped
	}
	r.mu.Unlock()
	if stopped != nil {
		<-stopped //otelkv:waitok rotate waits for nobody
	}
	rec.ledger.settle()
	r.expire()
	if r.sweeps != nil {
		time.AfterFunc(farewell, r.expire) // nobody may come
	}
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
		ledgers := slices.Clone(r.ledgers)
		r.mu.Unlock()
		for _, l := range ledgers {
			l.rotate()
		}
	}
}

func (s *series) sameStore(other *series) bool {
	return s.system == other.system && s.namespace == other.namespace
}
