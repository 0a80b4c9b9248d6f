package scrape

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/otelsetup/internal/exposition"
	"github.com/otelkv/otelkv/otelsetup/internal/page"
)

// The gatherers of a page, as metrics and lines name them.
const (
	ownGatherer     = "telemetry"
	joinedGatherer  = "joined"
	recordsGatherer = "stores"
	meterGatherer   = "meter_provider" // within that of the Telemetry
)

// A Config says what a Target has.
type Config struct {
	Records sdkmetric.Producer // of stores
	Runtime sdkmetric.Producer // of the Go runtime; nil for none

	Names    *exposition.Names
	Resource *resource.Resource
	Native   bool // native histograms, too
	Process  bool // the process collector, too
	Losses   *page.Losses
	Join     *Registry // of the program; nil for none

	// Registered is handed what takes a part out of use, as soon as it is in use.
	Registered func(part string, end func())
}

// A Registry is one of the program's.
type Registry struct {
	prometheus.Registerer
	prometheus.Gatherer
}

// A Target is what Prometheus scrapes.
type Target struct {
	reader       sdkmetric.Reader
	all, records *exposition.Collector

	gatherer prometheus.Gatherer
	joined   bool           // gatherer is the program's
	sources  []*page.Source // of a page; the first one that answers is served
	losses   *page.Losses
}

// New returns a Target whose reader a MeterProvider is to have before Register.
func New(c Config) (*Target, error) {
	reader, all, records, err := newCollectors(c)
	if err != nil {
		return nil, err
	}
	return &Target{reader: reader, all: all, records: records, losses: c.Losses}, nil
}

// NewEmpty returns a Target that has the program's registry alone, or nothing.
func NewEmpty(losses *page.Losses, join *Registry) *Target {
	t := &Target{losses: losses}
	if join != nil {
		t.joined, t.gatherer = true, join.Gatherer
		t.addSource(page.NewSource(joinedGatherer, t.gatherer))
	} else {
		t.gatherer = prometheus.NewRegistry()
		t.addSource(page.NewTrustedSource(ownGatherer, t.gatherer))
	}
	return t
}

// Reader returns the reader of the MeterProvider.
func (t *Target) Reader() sdkmetric.Reader { return t.reader }

// Gatherer returns the registry that is served: the program's, if there is one.
func (t *Target) Gatherer() prometheus.Gatherer { return t.gatherer }

// Register registers the collectors, and sets the gatherers that serve them: in a
// registry of their own at any rate, so that another one that hangs does not take
// them with it.
func (t *Target) Register(c Config) error {
	all, records := newRemovable(t.all), newRemovable(t.records)
	c.Registered("the collectors", func() {
		all.remove()
		records.remove()
	})
	own, fallback := prometheus.NewRegistry(), prometheus.NewRegistry()
	process := newProcessCollector()
	if err := errors.Join(own.Register(all), fallback.Register(records)); err != nil {
		return err
	}
	if c.Process {
		if err := own.Register(process); err != nil {
			return err
		}
		c.Registered("the process collector", func() { own.Unregister(process) })
	}
	t.gatherer = own
	if c.Join != nil {
		t.joined, t.gatherer = true, c.Join.Gatherer
		if err := join(c, all, process); err != nil {
			return fmt.Errorf("WithPrometheusRegistry: %w", err)
		}
		t.addSource(page.NewSource(joinedGatherer, c.Join.Gatherer))
	}
	t.addSource(page.NewTrustedSource(ownGatherer, own))
	t.addSource(page.NewTrustedSource(recordsGatherer, fallback))
	return nil
}

// addSource adds a gatherer to those of which the first one that answers is served.
func (t *Target) addSource(s *page.Source) {
	t.sources = append(t.sources, s)
	t.losses.Open(s)
}
