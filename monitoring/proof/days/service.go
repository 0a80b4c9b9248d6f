package days

import (
	"errors"
	"slices"

	"github.com/prometheus/prometheus/storage"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Service is instances of a program that keep stores.
type Service struct {
	Job       string
	World     World
	Instances int
	Stores    []string            // their engines
	Uses      []catalog.Operation // those that it has; empty: all that the engines have
	Bare      bool                // programs without checks
	Errors    float64             // the share of operations that time out on a healthy day, on top
	Peak      float64             // operations a second of each store of the whole service, at its peak
	Curve     func(hour float64) float64
	Events    []Event

	form  *form
	slots []*process
	born  []int // generations, by slot
}

// An Event changes the moments of instances for a while.
type Event struct {
	Name    string
	At, For int // minutes, of the day
	Each    int // minutes by which each further instance is struck later
	Slots   func(slot int) bool
	Strike  func(*Moment)
}

// strikes says for how many minutes an event has struck a slot, if it does.
func (e Event) strikes(slot, minute int) (since int, ok bool) {
	since = minute - e.At - e.Each*slot
	return since, since >= 0 && since < e.For && (e.Slots == nil || e.Slots(slot))
}

// namespace is that of a store.
func (s *Service) namespace(i int) string { return [...]string{"orders", "audit", "stock"}[i] }

// has says whether the service has a series of its store's page.
func (s *Service) has(l line) bool {
	name := catalog.Operation(l.value(catalog.OperationName))
	return s.World.has(l.name()) && (name == "" || len(s.Uses) == 0 || slices.Contains(s.Uses, name))
}

// start starts all instances before a time, in seconds: each has lived for a while.
func (s *Service) start(at int64) {
	s.form = newForm(s.World.Histograms)
	s.slots, s.born = make([]*process, s.Instances), make([]int, s.Instances)
	for i := range s.slots {
		s.slots[i] = newProcess(s, i, 0, at-86400*int64(i+1))
	}
}

// minute lets a minute pass, and scrapes.
func (s *Service) minute(app storage.Appender, at int64, minute int) error {
	moments := make([]Moment, s.Instances)
	serving := 0
	for i := range moments {
		moments[i] = s.usual(i, minute)
		if !moments[i].Down {
			serving++
		}
	}
	var errs []error
	for i, m := range moments {
		for j := range m.Stores {
			m.Stores[j].Load *= float64(s.Instances) / float64(max(serving, 1))
		}
		errs = append(errs, s.run(app, i, at, m))
	}
	return errors.Join(errs...)
}

// run lets a slot have its moment.
func (s *Service) run(app storage.Appender, slot int, at int64, m Moment) error {
	p := s.slots[slot]
	switch {
	case m.Down && p.now.Down && !m.Moved:
		p.at, p.now = at, m
		return p.scrape(app)
	case m.Down:
		p.at, p.now = at, m
		if m.Moved || s.World.Pushed {
			return p.end(app)
		}
		return p.scrape(app)
	case p.now.Down || m.Restarts:
		moved := p.now.Moved || s.World.Pushed
		if moved {
			s.born[slot]++
		}
		next := newProcess(s, slot, s.born[slot], at-20)
		if !moved {
			next.follow(p)
		}
		s.slots[slot], p = next, next
	}
	p.live(at, m)
	return p.scrape(app)
}
