package instrument

import (
	"math"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// A collection is what a reader is told at once.
type collection struct {
	demand
	sources        []source
	operationCount int    // of all sources
	parted         bool   // a store has been closed
	lost           uint64 // farewells, to this reader
	registry       *recordRegistry
	at, before     time.Time // of all points, and of those of the last collection
}

// A source is one store of a collection: its state now, and the same since the
// last collection for what is reported as a delta.
type source struct {
	*ledger
	seen   *seen
	infos  []operationInfo
	now    *snapshot
	at     time.Time // the collection's
	closed bool

	counted    *snapshot // for counters
	since      time.Time
	timed      *snapshot // for histograms
	timedSince time.Time
}

// delta switches the source to what happened since the last collection.
func (s *source) delta(last *snapshot, c *collection) {
	if last == nil {
		return
	}
	change := s.now.since(last)
	if c.counterDeltas {
		s.counted, s.since = change, c.before
	}
	if c.histogramDeltas {
		s.timed, s.timedSince = change, c.before
	}
}

// maxStep is by how much a clock that was set back is waited for. A clock that was
// wrong by more, before the machine asked for the time as a rule, is followed.
const maxStep = time.Minute

// stamp gives all points one time, after the last snapshot was taken: a receiver
// such as Prometheus refuses a whole export for a point that is older than the
// export before it, or as old.
func (c *collection) stamp() {
	c.at = time.Now().Round(0)                 // as points are told: without the monotonic clock
	earliest := c.before.Add(time.Millisecond) // Prometheus does not know less
	if c.at.Before(earliest) && earliest.Sub(c.at) <= maxStep {
		c.at = earliest
	}
	for i := range c.sources {
		c.sources[i].at = c.at
	}
}

// since is when the counters of the registry itself, or their change, began.
func (c *collection) since() time.Time {
	if c.counterDeltas && !c.before.IsZero() {
		return c.before
	}
	return c.registry.start
}

// operations calls visit for each operation that each store has series of.
func (c *collection) operations(visit func(*source, operation, *operationInfo)) {
	for i := range c.sources {
		s := &c.sources[i]
		for op := range s.infos {
			if !s.infos[op].absent && s.now.ops[op].shown {
				visit(s, operation(op), &s.infos[op])
			}
		}
	}
}

// open calls visit for each store that is open.
func (c *collection) open(visit func(*source)) {
	for i := range c.sources {
		if s := &c.sources[i]; !s.closed {
			visit(s)
		}
	}
}

// glance is a collection of what is the registry's own.
func (r *recordRegistry) glance() *collection {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &collection{registry: r, parted: r.parted, lost: r.lost}
}

// look is a collection of one ledger for the readers of a MeterProvider, which
// nobody knows apart.
func (r *recordRegistry) look(l *ledger) *collection {
	c := r.lookAt(l, func(l *ledger) *snapshot { return l.snapshot(nil) })
	if len(c.sources) > 0 && c.sources[0].closed {
		r.mu.Lock()
		defer r.mu.Unlock()
		l.looked = true
	}
	return c
}

// lookAside is the same without the operations.
func (r *recordRegistry) lookAside(l *ledger) *collection { return r.lookAt(l, (*ledger).glance) }

func (r *recordRegistry) lookAt(l *ledger, take func(*ledger) *snapshot) *collection {
	r.mu.Lock()
	closed, dropped := !l.closedAt.IsZero(), l.dropped
	r.mu.Unlock()
	if dropped { // another one may have its series
		return &collection{registry: r}
	}
	now := take(l)
	return &collection{registry: r, at: now.at, sources: []source{{
		ledger: l, infos: now.infos, now: now, counted: now, timed: now,
		at: now.at, closed: closed, since: l.start, timedSince: l.start,
	}}}
}

func (s *source) set(op operation, label labelKind, value uint8) attribute.Set {
	return s.series.set(s.infos, seriesKey{op: op, label: label, value: value})
}

// pools calls visit for each pool with a value that is known and fresh, those of
// closed stores for counters only.
func (c *collection) pools(at int, counter bool, visit func(*source, float64)) {
	for i := range c.sources {
		s := &c.sources[i]
		if s.now.pool == nil || !fresh(s.now.pool.at, s.now.at) || s.closed && !counter {
			continue
		}
		if value := s.counted.pool.values[at]; !math.IsNaN(value) {
			visit(s, value)
		}
	}
}
