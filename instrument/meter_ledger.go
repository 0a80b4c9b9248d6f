package instrument

import (
	"errors"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

// An observation has the callbacks by which a provider's readers are told of one
// ledger, until that is forgotten.
type observation struct {
	mu            sync.Mutex
	registrations []metric.Registration
	engine        map[string]bool // rows of the engine that are there
	ended         bool
}

// observe begins to tell of a ledger, if nobody does yet.
func (m *meter) observe(l *ledger) error {
	o := new(observation)
	if !l.observation.CompareAndSwap(nil, o) {
		return nil // of a store that was opened before
	}
	registration, err := m.callBack(m.rows, func() *collection { return m.registry.look(l) })
	if err != nil {
		l.observation.Store(nil) // for the next one to try
		return err
	}
	o.keep(registration)
	return nil
}

// observeEngine tells of the rows that the engine of a ledger brings. What cannot
// be registered is left out, and the error goes to the handler of OpenTelemetry.
func (m *meter) observeEngine(l *ledger) {
	c := m.registry.lookAside(l)
	o := l.observation.Load()
	var rows []observed
	var errs []error
	for _, row := range o.missing(engineRows(c)) {
		r, err := m.engineInstrument(&row)
		errs = append(errs, err)
		if r.float != nil && r.unit == row.unit && r.kind == row.kind {
			rows = append(rows, r)
		}
	}
	if len(rows) > 0 {
		registration, err := m.callBack(rows, func() *collection { return m.registry.lookAside(l) })
		errs = append(errs, err)
		o.keep(registration)
	}
	if err := errors.Join(errs...); err != nil {
		otel.Handle(err)
	}
}

// engineInstrument makes the instrument of a statistic, or returns the first one of
// the name: an engine that disagrees with that is left out.
func (m *meter) engineInstrument(r *row) (observed, error) {
	first := func() observed {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.engine[r.name]
	}
	if o := first(); o.float != nil {
		return o, nil
	}
	o, err := m.instrument(r)
	if err != nil {
		return observed{}, err
	}
	m.mu.Lock()
	if m.engine[r.name].float == nil {
		m.engine[r.name] = o
	}
	m.mu.Unlock()
	return first(), nil
}

// missing returns those of the rows that are not there yet, and counts them as
// there.
func (o *observation) missing(rows []row) []row {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.engine == nil {
		o.engine = make(map[string]bool)
	}
	var missing []row
	for _, r := range rows {
		if !o.engine[r.name] {
			o.engine[r.name] = true
			missing = append(missing, r)
		}
	}
	return missing
}

// keep keeps a registration until the end, which may have come already.
func (o *observation) keep(r metric.Registration) {
	o.mu.Lock()
	ended := o.ended
	if r != nil && !ended {
		o.registrations = append(o.registrations, r)
	}
	o.mu.Unlock()
	if ended {
		giveBack(r)
	}
}

// end takes the callbacks back.
func (o *observation) end() {
	o.mu.Lock()
	registrations := o.registrations
	o.registrations, o.ended = nil, true
	o.mu.Unlock()
	for _, r := range registrations {
		giveBack(r)
	}
}
