package record

import (
	"math"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// A Collection is what a reader is told at once.
type Collection struct {
	Demand
	Sources        []Source
	OperationCount int    // of all sources
	Parted         bool   // a store has been closed
	Lost           uint64 // farewells, to this reader
	ClockFell      bool   // the processor's counter was given up
	ClockFalls     uint64 // how often, to this reader
	Registry       *Registry
	At, before     time.Time // of all points, and of those of the last collection
}

// A Source is one store of a collection: its state now, and the same since the
// last collection for what is reported as a delta.
type Source struct {
	*Ledger
	seen   *seen
	Infos  []OperationInfo
	Now    *snapshot
	at     time.Time // the collection's
	Closed bool
	closed time.Time // when, or zero

	Counted    *snapshot // for counters
	Since      time.Time
	Timed      *snapshot // for histograms
	TimedSince time.Time
}

// delta switches the source to what happened since the last collection.
func (s *Source) delta(last *snapshot, c *Collection) {
	if last == nil {
		return
	}
	change := s.Now.since(last)
	if c.CounterDeltas {
		s.Counted, s.Since = change, c.before
	}
	if c.HistogramDeltas {
		s.Timed, s.TimedSince = change, c.before
	}
}

// maxStep is by how much a clock that was set back is waited for. A clock that was
// wrong by more, before the machine asked for the time as a rule, is followed.
const maxStep = time.Minute

// stamp gives all points one time, after the last snapshot was taken: a receiver
// such as Prometheus refuses a whole export for a point that is older than the
// export before it, or as old.
func (c *Collection) stamp() {
	c.At = time.Now().Round(0)                 // as points are told: without the monotonic clock
	earliest := c.before.Add(time.Millisecond) // Prometheus does not know less
	if c.At.Before(earliest) && earliest.Sub(c.At) <= maxStep {
		c.At = earliest
	}
	for i := range c.Sources {
		c.Sources[i].at = c.At
	}
}

// Since is when the counters of the registry itself, or their change, began.
func (c *Collection) Since() time.Time {
	if c.CounterDeltas && !c.before.IsZero() {
		return c.before
	}
	return c.Registry.Start
}

// Operations calls visit for each operation that each store has series of.
func (c *Collection) Operations(visit func(*Source, Operation, *OperationInfo)) {
	for i := range c.Sources {
		s := &c.Sources[i]
		for op := range s.Infos {
			if !s.Infos[op].Absent && s.Now.Ops[op].shown {
				visit(s, Operation(op), &s.Infos[op])
			}
		}
	}
}

// Open calls visit for each store that is open.
func (c *Collection) Open(visit func(*Source)) {
	for i := range c.Sources {
		if s := &c.Sources[i]; !s.Closed {
			visit(s)
		}
	}
}

// Glance is a collection of what is the registry's own.
func (r *Registry) Glance() *Collection {
	r.mu.Lock()
	defer r.mu.Unlock()
	falls := r.clockFalls()
	return &Collection{Registry: r, Parted: r.parted, Lost: r.lost, ClockFell: falls > 0, ClockFalls: falls}
}

// Look is a collection of one ledger for the readers of a MeterProvider, which
// nobody knows apart.
func (r *Registry) Look(l *Ledger) *Collection {
	c := r.lookAt(l, func(l *Ledger) *snapshot { return l.snapshot(nil) })
	if len(c.Sources) > 0 && c.Sources[0].Closed {
		r.mu.Lock()
		defer r.mu.Unlock()
		l.looked = true
	}
	return c
}

// LookAside is the same without the operations.
func (r *Registry) LookAside(l *Ledger) *Collection { return r.lookAt(l, (*Ledger).glance) }

func (r *Registry) lookAt(l *Ledger, take func(*Ledger) *snapshot) *Collection {
	r.mu.Lock()
	closed, dropped := l.closedAt, l.dropped
	r.mu.Unlock()
	if dropped { // another one may have its series
		return &Collection{Registry: r}
	}
	now := take(l)
	return &Collection{Registry: r, At: now.At, Sources: []Source{{
		Ledger: l, Infos: now.infos, Now: now, Counted: now, Timed: now,
		at: now.At, Closed: !closed.IsZero(), closed: closed, Since: l.Start, TimedSince: l.Start,
	}}}
}

// Set returns the attributes of a point.
func (s *Source) Set(op Operation, label labelKind, value uint8) attribute.Set {
	return s.Series.Set(s.Infos, SeriesKey{Op: op, Label: label, Value: value})
}

// Fresh reports whether there is a reading that is worth showing.
func (s *Source) Fresh(r *Reading) bool { return r != nil && Fresh(r.At, s.readAt()) }

// readAt is the moment at which a reading has to be fresh: of a store that was closed meanwhile,
// when it was.
func (s *Source) readAt() time.Time {
	if s.Closed {
		return s.closed
	}
	return s.Now.At
}

// Pools calls visit for each pool with a value that is known and fresh, those of
// closed stores for counters only.
func (c *Collection) Pools(at int, counter bool, visit func(*Source, float64)) {
	for i := range c.Sources {
		s := &c.Sources[i]
		if !s.Fresh(s.Now.Pool) || s.Closed && !counter {
			continue
		}
		if value := s.Counted.Pool.Values[at]; !math.IsNaN(value) {
			visit(s, value)
		}
	}
}

// Survey is a collection of all open stores, of which no reader is told anything.
func (r *Registry) Survey() *Collection {
	r.mu.Lock()
	var open []*Ledger
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() {
			open = append(open, l)
		}
	}
	r.mu.Unlock()
	c := &Collection{Registry: r, At: time.Now()}
	for _, l := range open {
		now := l.snapshot(QuantileShares)
		c.At = now.At
		c.Sources = append(c.Sources, Source{
			Ledger: l, Infos: now.infos, Now: now, Counted: now, Timed: now, at: now.At, Since: l.Start, TimedSince: l.Start,
		})
	}
	return c
}
