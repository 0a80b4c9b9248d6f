// Package exposition turns OpenTelemetry's metrics into those of Prometheus. A collection
// goes through these steps, each on the same data, so that a page is one snapshot:
//
//	source    what a reader of the MeterProvider and its producers have
//	settle    what shares a name with something else gets the label of its scope,
//	          or is left out
//	admit     points that Prometheus would refuse are left out
//	keep      what OpenTelemetry's exporter cannot render is kept back
//	render    by that exporter, and what was kept back by this package
//
// What is left out is reported, and costs itself only.
package exposition

import (
	"context"
	"errors"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/otlptranslator"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
)

// translation turns OpenTelemetry's names into Prometheus', here and in the
// exporter, whose own default hangs on a global of another package.
var translation = otlptranslator.UnderscoreEscapingWithSuffixes

// A Source yields the metrics of a collection, which are the caller's. With an
// error it yields what there is all the same.
type Source func(context.Context) ([]metricdata.ScopeMetrics, error)

// Config is what a Collector needs. Every field but Native is required.
type Config struct {
	Source   Source
	Names    *Names
	Resource *resource.Resource // shown as target_info
	Native   bool               // histograms of operations are native ones, too
	Report   Report
}

// A Report is told what went wrong in a collection. It must not block.
type Report interface {
	// Dropped says that series of a metric were left out, and why.
	Dropped(d Drop)
	// Failed says that a part of the source had no answer.
	Failed(err error)
}

// A Drop is what a collection leaves out of a metric.
type Drop struct {
	Metric string // OpenTelemetry's name
	Reason string // Duplicate, Conflict or Invalid
	Detail string
	Series int
}

// Reasons of a Drop; they are values of error.type.
const (
	Duplicate = "duplicate" // the series is there already
	Conflict  = "conflict"  // the name is another metric's
	Invalid   = "invalid"   // Prometheus would refuse the page
)

// A Collector is a prometheus.Collector of a Source. It holds no lock while it
// collects, and is unchecked: what there is, is known at the scrape only.
type Collector struct {
	Config
	target    prometheus.Metric
	admission admission
	renderers sync.Pool
}

// New returns a Collector, or the error of OpenTelemetry's exporter.
func New(c Config) (*Collector, error) {
	target, err := target(c.Resource, c.Report)
	if err != nil {
		return nil, err
	}
	first, err := newRenderer()
	if err != nil {
		return nil, err
	}
	collector := &Collector{Config: c, target: target}
	collector.renderers.Put(first)
	return collector, nil
}

// Describe implements prometheus.Collector.
func (*Collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	scopes, err := c.Source(context.Background())
	if errors.Is(err, sdkmetric.ErrReaderShutdown) {
		return
	}
	if err != nil {
		c.Report.Failed(err)
	}
	ch <- c.target
	var kept kept
	if c.Native {
		kept.natives = takeNatives(scopes)
	}
	c.Names.settle(scopes, c.Report)
	c.admission.admit(scopes, c.Report)
	prune(scopes)
	kept.takeSummaries(scopes)
	if c.Native {
		kept.takeDurations(scopes)
	}
	if err := c.render(ch, scopes); err != nil {
		c.Report.Failed(err)
	}
	kept.render(ch, c.Report)
}

// render hands the metrics to an exporter that nobody else uses meanwhile.
func (c *Collector) render(ch chan<- prometheus.Metric, scopes []metricdata.ScopeMetrics) error {
	r, ok := c.renderers.Get().(*renderer)
	if generation := c.Names.generation(); !ok || r.generation != generation {
		var err error
		if r, err = newRenderer(); err != nil {
			return err
		}
		r.generation = generation
	}
	r.render(ch, scopes)
	c.renderers.Put(r)
	return nil
}
