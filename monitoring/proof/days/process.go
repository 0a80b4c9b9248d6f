package days

import (
	"errors"
	"fmt"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A process is an instance of a service, from its start to its end.
type process struct {
	world    World
	instance string
	began    int64 // in seconds since the epoch
	at       int64
	offset   int64 // of its scrapes within a minute
	stores   []*store
	now      Moment
	sent     float64 // records that exporters have delivered
	lost     float64 // and those that they have not
	series   []*series
	up       *series // nil for one that pushes
}

// newProcess starts an instance of a service.
func newProcess(s *Service, slot, generation int, began int64) *process {
	p := &process{
		world: s.World, instance: fmt.Sprintf("10.0.%d.%d:8080", slot, generation), began: began,
	}
	c := newChance(s.Job, p.instance, fmt.Sprint(began))
	if s.World.Pushed {
		p.instance = fmt.Sprintf("%08x-%04x-4000-8000-%012x", c.Uint32(), c.Uint32()&0xffff, c.Uint64()&(1<<48-1))
	}
	p.offset = int64(c.IntN(45))
	for i, engine := range s.Stores {
		st := newStore(engine, s.namespace(i), s.form, newChance(s.Job, p.instance, fmt.Sprint(began, i)))
		p.stores = append(p.stores, st)
		for _, l := range page(engine) {
			if l.ofStore() && s.has(l) {
				p.add(s, st, l)
			}
		}
	}
	for _, l := range page(s.Stores[0]) {
		if !l.ofStore() && s.World.has(l.name()) && (!s.Bare || l.name() != catalog.HealthCheckStatus.PrometheusName()) {
			value := ofProcess[l.name()]
			if value == nil {
				panic("nothing says what is " + l.String())
			}
			p.series = append(p.series, &series{
				labels: s.World.stored(l, s.Job, p.instance, ""),
				value:  func() float64 { return value(p, l) },
			})
		}
	}
	if !s.World.Pushed {
		p.up = &series{
			labels: labels.FromStrings(metricName, "up", "job", s.Job, "instance", p.instance),
			value:  func() float64 { return truth(!p.now.Unseen && !p.now.Down) },
		}
	}
	return p
}

// add adds the series of a line of a store, for all types of errors that can happen.
func (p *process) add(s *Service, st *store, l line) {
	kinds := []line{l}
	if l.failed() {
		kinds = kinds[:0]
		for _, k := range catalog.Operation(l.value(catalog.OperationName)).Contract().Errors {
			kinds = append(kinds, l.with(catalog.ErrorType, string(k)))
		}
	}
	for _, l := range kinds {
		out := st.series(l, func(l line) labels.Labels { return s.World.stored(l, s.Job, p.instance, st.namespace) })
		if out != nil {
			p.series = append(p.series, out)
		}
	}
}

// follow takes the place of a process of the same name: what it does not show any more ends.
func (p *process) follow(last *process) {
	p.up.ref, p.up.there = last.up.ref, last.up.there
	for i, s := range last.series {
		p.series[i].ref, p.series[i].there = s.ref, s.there
	}
}

// live lets a minute pass.
func (p *process) live(at int64, m Moment) {
	p.at, p.now = at, m
	for i, s := range p.stores {
		s.live(m.Stores[i], 60)
	}
	records := 6 * m.Stores[0].Load
	p.sent += records - min(m.Lost, records)
	p.lost += m.Lost
}

// scrape appends a sample of each series.
func (p *process) scrape(app storage.Appender) error {
	at := p.millis()
	if p.world.Pushed && p.now.Unseen {
		return nil
	}
	var errs []error
	if p.up != nil {
		errs = append(errs, p.up.sample(app, at, true))
	}
	for _, s := range p.series {
		if p.now.Unseen || p.now.Down {
			errs = append(errs, s.end(app, at, !p.world.Pushed))
		} else {
			errs = append(errs, s.sample(app, at, !p.world.Pushed))
		}
	}
	return errors.Join(errs...)
}

// end is that the instance is no target any more.
func (p *process) end(app storage.Appender) error {
	if p.world.Pushed {
		return nil
	}
	errs := []error{p.up.end(app, p.millis(), true)}
	for _, s := range p.series {
		errs = append(errs, s.end(app, p.millis(), true))
	}
	return errors.Join(errs...)
}

func (p *process) millis() int64 { return (p.at + p.offset) * 1000 }
