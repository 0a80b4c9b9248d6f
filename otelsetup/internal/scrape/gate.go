package scrape

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

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
