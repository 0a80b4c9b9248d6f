package meter

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
)

// An observation has the callbacks that report one ledger to a provider's readers,
// until the ledger is forgotten.
type observation struct {
	mu            sync.Mutex
	registrations []metric.Registration
	engine        map[string]bool // rows of the engine that are there
	ended         bool
}

// Observe begins to report a ledger, unless that is being done already.
func (m *Meter) Observe(l *record.Ledger) error {
	o := new(observation)
	if !m.begin(l, o) {
		return nil // of a store that was opened before
	}
	registration, err := m.callBack(m.rows, func() *record.Collection { return m.Registry.Look(l) })
	if err != nil {
		m.end(l) // for the next one to try
		return err
	}
	o.keep(registration)
	return nil
}

// ObserveEngine tells of what the engine of a ledger declares. A provider's
// instruments stay, so what an earlier store declared in another way is an error
// even when that one is closed.
func (m *Meter) ObserveEngine(l *record.Ledger) error {
	o := m.observation(l)
	if o == nil {
		return nil // that is an error already
	}
	missing := o.missing(table.EngineRows(m.Registry.LookAside(l)))
	rows := make([]observed, len(missing))
	var errs []error
	for i := range missing {
		var err error
		rows[i], err = m.engineInstrument(&missing[i])
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil || len(rows) == 0 {
		return err
	}
	registration, err := m.callBack(rows, func() *record.Collection { return m.Registry.LookAside(l) })
	if err != nil {
		return err
	}
	o.keep(registration)
	o.have(missing)
	return nil
}

// engineInstrument makes the instrument of a statistic, or returns the first one of
// the name.
func (m *Meter) engineInstrument(r *table.Row) (observed, error) {
	first, ok := m.engineRow(r.Name, nil)
	if !ok {
		o, err := m.instrument(r)
		if err != nil {
			return observed{}, err
		}
		first, _ = m.engineRow(r.Name, &o)
	}
	if first.Unit != r.Unit || first.Kind != r.Kind {
		return observed{}, fmt.Errorf("the statistic %q (%s) was told by another store in %s: one name is one metric", r.Name, r.Unit, first.Unit)
	}
	return first, nil
}

// engineRow returns the row of a name, which is o if there is none yet.
func (m *Meter) engineRow(name string, o *observed) (observed, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.engine[name]; !ok && o != nil {
		m.engine[name] = *o
	}
	first, ok := m.engine[name]
	return first, ok
}

// missing returns those of the rows that are not there yet.
func (o *observation) missing(rows []table.Row) []table.Row {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.DeleteFunc(rows, func(r table.Row) bool { return o.engine[r.Name] })
}

// have counts rows as there.
func (o *observation) have(rows []table.Row) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.engine == nil {
		o.engine = make(map[string]bool)
	}
	for _, r := range rows {
		o.engine[r.Name] = true
	}
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

// begin makes o the observation of a ledger, unless there is one.
func (m *Meter) begin(l *record.Ledger, o *observation) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.observations[l] != nil {
		return false
	}
	m.observations[l] = o
	return true
}

// observation returns the observation of a ledger, or nil.
func (m *Meter) observation(l *record.Ledger) *observation {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.observations[l]
}

// end takes out the observation of a ledger, and returns it.
func (m *Meter) end(l *record.Ledger) *observation {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.observations[l]
	delete(m.observations, l)
	return o
}

// forget ends what the provider has of a ledger that is told no more.
func (m *Meter) forget(l *record.Ledger) {
	if o := m.end(l); o != nil {
		o.end()
	}
	m.release()
}

// end takes the callbacks back.
func (o *observation) end() {
	o.mu.Lock()
	registrations := o.registrations
	o.registrations, o.ended = nil, true
	o.mu.Unlock()
	giveBack(registrations...)
}
