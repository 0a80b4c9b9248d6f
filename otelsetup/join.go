package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/otelsetup/internal/page"
)

// The gatherers of a page, as metrics and lines name them.
const (
	ownGatherer     = "telemetry"
	joinedGatherer  = "joined"
	recordsGatherer = "stores"
	meterGatherer   = "meter_provider" // within that of the Telemetry
)

// register registers the collectors, and sets the gatherers that serve them: in a
// registry of their own at any rate, so that another one that hangs does not take
// them with it.
func (t *Telemetry) register(c *config, s *scraped) error {
	all, records := newGate(s.all), newGate(s.records)
	t.steps = append(t.steps, step{name: "the collectors", run: func(context.Context) error {
		all.shut()
		records.shut()
		return nil
	}})
	own, fallback := prometheus.NewRegistry(), prometheus.NewRegistry()
	process := newProcessCollector()
	if err := errors.Join(own.Register(all), fallback.Register(records)); err != nil {
		return err
	}
	if c.processMetrics {
		if err := own.Register(process); err != nil {
			return err
		}
		t.steps = append(t.steps, step{name: "the process collector", run: func(context.Context) error {
			own.Unregister(process)
			return nil
		}})
	}
	t.gatherer = own
	if c.join {
		t.joined, t.gatherer = true, c.gatherer
		if err := t.join(c, all, process); err != nil {
			return fmt.Errorf("WithPrometheusRegistry: %w", err)
		}
		t.addSource(page.NewSource(joinedGatherer, c.gatherer))
	}
	t.addSource(page.NewTrustedSource(ownGatherer, own))
	t.addSource(page.NewTrustedSource(recordsGatherer, fallback))
	return nil
}

// addSource adds a gatherer to those of which the first one that answers is served.
func (t *Telemetry) addSource(s *page.Source) {
	t.sources = append(t.sources, s)
	t.losses.Open(s)
}

// join registers the collectors in the program's registry.
func (t *Telemetry) join(c *config, all *gate, process prometheus.Collector) error {
	if err := c.registerer.Register(marker{}); err != nil {
		if _, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
			err = errors.New("another Telemetry has joined this registry")
		}
		return err
	}
	joined := []prometheus.Collector{marker{}}
	t.steps = append(t.steps, step{name: "the joined registry", run: func(context.Context) error {
		all.shut() // before another Telemetry can join
		for _, collector := range joined {
			c.registerer.Unregister(collector)
		}
		return nil
	}})
	if err := c.registerer.Register(all); err != nil {
		return err
	}
	if !c.processMetrics {
		return nil
	}
	err := c.registerer.Register(process)
	if _, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		return nil // the program's own one serves as well, and stays
	}
	if err == nil {
		joined = append(joined, process)
	}
	return err
}

// A gate is a collector that can be taken out of use. A registry cannot
// unregister a collector that describes no metrics beforehand, which is the
// case for these: their names are known at the scrape only.
type gate struct {
	inner atomic.Pointer[prometheus.Collector]
}

func newGate(c prometheus.Collector) *gate {
	g := new(gate)
	g.inner.Store(&c)
	return g
}

func (g *gate) Describe(chan<- *prometheus.Desc) {}

func (g *gate) Collect(ch chan<- prometheus.Metric) {
	if c := g.inner.Load(); c != nil {
		(*c).Collect(ch)
	}
}

func (g *gate) shut() { g.inner.Store(nil) }

// marker occupies a registry, so that a second Telemetry, whose series would
// all be duplicates, is refused. It has a description and no metrics.
type marker struct{}

var markerDesc = prometheus.NewDesc("otelkv_telemetry_joined", "Marks a registry as joined; never exposed", nil, nil)

func (marker) Describe(ch chan<- *prometheus.Desc) { ch <- markerDesc }
func (marker) Collect(chan<- prometheus.Metric)    {}
