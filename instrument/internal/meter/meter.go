package meter

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Meter tells the readers of a MeterProvider what a registry holds, through
// asynchronous instruments. Views and limits of the SDK apply to them.
//
// The provider calls back while it has locks of its own, under which nothing
// can be registered or taken back. So nothing is while the registry's lock is
// held, which callbacks need.
type Meter struct {
	metric.Meter
	provider metric.MeterProvider
	Registry *record.Registry
	rows     []observed // of stores
	own      metric.Registration

	mu           sync.Mutex
	engine       map[string]observed             // of engines, by name; guarded by mu
	observations map[*record.Ledger]*observation // guarded by mu

	users int // open and closed stores, and listeners; guarded by providers
}

// An observed row has one of the two instruments, that of its type.
type observed struct {
	*table.Row
	int   metric.Int64Observable
	float metric.Float64Observable
}

// newMeter makes the meter of a provider, with a registry of its own.
func newMeter(mp metric.MeterProvider) (*Meter, error) {
	registry, err := record.NewRegistry(nil, false, table.Most)
	if err != nil {
		return nil, err
	}
	m := &Meter{
		Meter: mp.Meter(catalog.ScopeInstrument), provider: mp, Registry: registry,
		engine: make(map[string]observed), observations: make(map[*record.Ledger]*observation),
	}
	m.Registry.Sweeps = m.forget
	var own []observed
	var errs []error
	for i := range table.Rows {
		row := &table.Rows[i]
		if row.Distributions != nil {
			continue
		}
		o, err := m.instrument(row)
		errs = append(errs, err)
		if row.Shared {
			own = append(own, o)
		} else {
			m.rows = append(m.rows, o)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	m.own, err = m.callBack(own, m.Registry.Glance)
	return m, err
}

// instrument makes the instrument of a row.
func (m *Meter) instrument(r *table.Row) (observed, error) {
	o := observed{Row: r}
	var err error
	unit, description := metric.WithUnit(r.Unit), metric.WithDescription(r.Help)
	switch ints := r.Ints != nil; {
	case ints && r.Kind == catalog.Counter:
		o.int, err = m.Int64ObservableCounter(r.Name, unit, description)
	case ints:
		o.int, err = m.Int64ObservableUpDownCounter(r.Name, unit, description)
	case r.Kind == catalog.Counter:
		o.float, err = m.Float64ObservableCounter(r.Name, unit, description)
	default:
		o.float, err = m.Float64ObservableGauge(r.Name, unit, description)
	}
	return o, err
}

// callBack has each reader's collection observe the points of some rows.
func (m *Meter) callBack(rows []observed, collect func() *record.Collection) (metric.Registration, error) {
	instruments := make([]metric.Observable, len(rows))
	for i, r := range rows {
		if instruments[i] = r.float; r.int != nil {
			instruments[i] = r.int
		}
	}
	registration, err := m.RegisterCallback(func(_ context.Context, to metric.Observer) error {
		c := collect()
		for i := range rows {
			rows[i].observe(c, to)
		}
		return nil
	}, instruments...)
	if err != nil {
		giveBack(registration)
		return nil, err
	}
	return registration, nil
}

// observe reports a row. A filter of exemplars that panics costs the rest of it.
func (r *observed) observe(c *record.Collection, to metric.Observer) {
	defer func() { _ = recover() }()
	if r.int != nil {
		r.Ints(c, func(_ *record.Source, set attribute.Set, n int64) {
			to.ObserveInt64(r.int, n, metric.WithAttributeSet(set))
		})
		return
	}
	r.Floats(c, func(_ *record.Source, set attribute.Set, v float64) {
		to.ObserveFloat64(r.float, v, metric.WithAttributeSet(set))
	})
}

// Register adds a record to the registry, for which its user has the registry.
func (m *Meter) Register(rec *record.Record) error {
	reopened, err := m.Registry.Register(rec)
	m.Registry.Sweep()
	if err != nil || reopened { // and then the store before has a use
		m.release()
	}
	return err
}

// stop takes back what does not belong to a store.
func (m *Meter) stop() { giveBack(m.own) }

// giveBackLimit is how long the Close of a store waits for a collection under way:
// the SDK holds its lock meanwhile, and may wait for a callback that hangs.
const giveBackLimit = time.Second

// giveBack takes callbacks back, and waits for that no longer than its limit. An error
// of the provider is of no use to anybody.
func giveBack(registrations ...metric.Registration) {
	ctx, cancel := context.WithTimeout(context.Background(), giveBackLimit)
	defer cancel()
	_, _ = outbox.Try(ctx, func() (none struct{}) {
		for _, r := range registrations {
			if r == nil {
				continue
			}
			if err := r.Unregister(); err != nil {
				otel.Handle(fmt.Errorf("instrument: %w", err))
			}
		}
		return none
	})
}
