package scrape

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// notOfProcess begins the names of what the client's collector has besides the
// process: the network is the whole host's, or the pod's, and the limit of virtual
// memory is one that nobody sets, so that it is 2⁶⁴ − 1.
var notOfProcess = []string{"process_network_", "process_virtual_memory_max_"}

// A processCollector is Prometheus' client's without what is not the process's.
// It describes that all the same, so that a registry takes it for the one that a
// program may have registered already.
type processCollector struct {
	prometheus.Collector
	left map[*prometheus.Desc]bool // out
}

func newProcessCollector() processCollector {
	c := processCollector{
		Collector: collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		left:      make(map[*prometheus.Desc]bool),
	}
	described := make(chan *prometheus.Desc)
	go func() {
		defer close(described)
		c.Describe(described)
	}()
	for desc := range described {
		for _, prefix := range notOfProcess {
			if strings.Contains(desc.String(), `fqName: "`+prefix) {
				c.left[desc] = true
			}
		}
	}
	return c
}

// Collect implements prometheus.Collector.
func (c processCollector) Collect(ch chan<- prometheus.Metric) {
	all, done := make(chan prometheus.Metric), make(chan struct{})
	go func() {
		defer close(done)
		for m := range all {
			if !c.left[m.Desc()] {
				ch <- m
			}
		}
	}()
	defer func() {
		close(all)
		<-done
	}()
	c.Collector.Collect(all)
}
