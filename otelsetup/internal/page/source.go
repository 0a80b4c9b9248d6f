package page

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/otelkv/otelkv/internal/typednil"
)

// Patience is how long a scrape waits for a source at most. A run that takes
// longer is not waited for by later scrapes either.
const Patience = 5 * time.Second

var (
	errLate  = errors.New("no answer in time")
	errPanic = errors.New("the gatherer panicked")
	errExit  = errors.New("the gatherer ended its goroutine")
)

// A Source is a gatherer that runs once at a time, and can be left alone while it
// does: a scrape that comes meanwhile waits for the same run. A gatherer that
// hangs costs one goroutine of this package's, however often it is asked.
type Source struct {
	name     string
	gatherer prometheus.Gatherer
	trusted  bool // has nothing that Prometheus would refuse

	mu      sync.Mutex
	running *run
}

// NewSource returns a source with a name for metrics and lines.
func NewSource(name string, g prometheus.Gatherer) *Source { return &Source{name: name, gatherer: g} }

// NewTrustedSource returns a source whose metrics are valid as they are.
func NewTrustedSource(name string, g prometheus.Gatherer) *Source {
	return &Source{name: name, gatherer: g, trusted: true}
}

// A run is one gathering.
type run struct {
	began    time.Time
	done     chan struct{}
	families []*dto.MetricFamily
	err      error
}

func (s *Source) start() *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		return s.running
	}
	r := &run{began: time.Now(), done: make(chan struct{})}
	s.running = r
	go func() {
		defer func() {
			s.mu.Lock()
			s.running = nil
			s.mu.Unlock()
			close(r.done)
		}()
		r.err = errExit // unless it returns
		r.families, r.err = gather(s.gatherer)
	}()
	return r
}

// gather turns a panic into an error. A registry does so for its collectors;
// other gatherers may not.
func gather(g prometheus.Gatherer) (families []*dto.MetricFamily, err error) {
	defer func() {
		if p := recover(); p != nil {
			families, err = nil, fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	if typednil.Is(g) {
		return nil, fmt.Errorf("%w: it is %s", errPanic, typednil.Name(g))
	}
	return g.Gather()
}

// wait waits for the end of a run.
func (r *run) wait(until time.Time) ([]*dto.MetricFamily, error) {
	timer := time.NewTimer(min(time.Until(until), time.Until(r.began.Add(Patience))))
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	}
	select {
	case <-r.done: // in time, even if the one before it was not
		return r.families, r.err
	default:
		return nil, errLate
	}
}
