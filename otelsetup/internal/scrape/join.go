package scrape

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// join registers the collectors in the program's registry.
func join(c Config, all *removable, process prometheus.Collector) error {
	registry := c.Join.Registerer
	if err := registry.Register(marker{}); err != nil {
		if _, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
			err = errors.New("another Telemetry has joined this registry")
		}
		return err
	}
	joined := []prometheus.Collector{marker{}}
	c.Registered("the joined registry", func() {
		all.remove() // before another Telemetry can join
		for _, collector := range joined {
			registry.Unregister(collector)
		}
	})
	if err := registry.Register(all); err != nil {
		return err
	}
	if !c.Process {
		return nil
	}
	err := registry.Register(process)
	if _, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		return nil // the program's own one serves as well, and stays
	}
	if err == nil {
		joined = append(joined, process)
	}
	return err
}

// marker occupies a registry, so that a second Telemetry, whose series would
// all be duplicates, is refused. It has a description and no metrics.
type marker struct{}

var markerDesc = prometheus.NewDesc("otelkv_telemetry_joined", "Marks a registry as joined; never exposed", nil, nil)

func (marker) Describe(ch chan<- *prometheus.Desc) { ch <- markerDesc }
func (marker) Collect(chan<- prometheus.Metric)    {}
