package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/otelkv/otelkv/instrument"
)

// register registers the collectors, and sets the gatherer that serves them.
func (t *Telemetry) register(c *config, exporter prometheus.Collector) error {
	registerer := c.registerer
	t.gatherer, t.joined = c.gatherer, c.join
	if !c.join {
		own := prometheus.NewRegistry()
		registerer, t.gatherer = own, own
	}

	if err := registerer.Register(marker{}); err != nil {
		if _, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
			err = errors.New("another Telemetry has joined this registry")
		}
		return fmt.Errorf("WithPrometheusRegistry: %w", err)
	}
	unregister := []prometheus.Collector{marker{}}
	summaries := &summaryCollector{
		producer: t.registry.NewProducer(instrument.WithSummaries(), instrument.WithMetricFilter(func(name string) bool {
			return name == instrument.QuantilesName
		})),
	}
	gates := []*gate{newGate(exporter), newGate(summaries)}
	t.steps = append(t.steps, step{name: "the collectors", run: func(context.Context) error {
		for _, g := range gates {
			g.shut()
		}
		for _, c := range unregister {
			registerer.Unregister(c)
		}
		return nil
	}})

	for _, g := range gates {
		if err := registerer.Register(g); err != nil {
			return fmt.Errorf("WithPrometheusRegistry: %w", err)
		}
	}
	if c.processMetrics {
		process := collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})
		err := registerer.Register(process)
		if _, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
			return nil // the program's own one serves as well, and stays
		}
		if err != nil {
			return fmt.Errorf("WithPrometheusRegistry: %w", err)
		}
		unregister = append(unregister, process)
	}
	return nil
}

// capture is a registerer that keeps the collector it is given. The exporter
// registers by itself, and for good.
type capture struct{ collector prometheus.Collector }

func (c *capture) Register(collector prometheus.Collector) error {
	c.collector = collector
	return nil
}

func (c *capture) MustRegister(cs ...prometheus.Collector) {
	for _, collector := range cs {
		c.collector = collector
	}
}

func (c *capture) Unregister(prometheus.Collector) bool { return false }

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
