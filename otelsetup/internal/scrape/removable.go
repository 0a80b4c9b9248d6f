package scrape

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// A removable is a collector that can be taken out of use. A registry cannot
// unregister a collector that describes no metrics beforehand, which is the
// case for these: their names are known at the scrape only.
type removable struct {
	inner atomic.Pointer[prometheus.Collector]
}

func newRemovable(c prometheus.Collector) *removable {
	r := new(removable)
	r.inner.Store(&c)
	return r
}

func (r *removable) Describe(chan<- *prometheus.Desc) {}

func (r *removable) Collect(ch chan<- prometheus.Metric) {
	if c := r.inner.Load(); c != nil {
		(*c).Collect(ch)
	}
}

func (r *removable) remove() { r.inner.Store(nil) }
