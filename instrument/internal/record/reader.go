package record

import (
	"sync"
	"time"
)

// A Reader is told what the ledgers of a registry hold, and remembers what it
// was told before.
type Reader struct {
	registry *Registry

	mu     sync.Mutex // one collection at a time
	lastAt time.Time  // of the points of the last collection

	seen map[*Ledger]*seen // guarded by the registry
	lost uint64            // farewells; guarded by the registry
	told uint64            // of them, to a reader of deltas

	toldFalls uint64 // of the clock, to a reader of deltas
}

// What a reader knows of a ledger.
type seen struct {
	done bool      // it was told the final values; guarded by the registry
	last *snapshot // of the last collection, for deltas; guarded by the reader
}

// A Demand is what a reader wants to be told.
type Demand struct {
	CounterDeltas, HistogramDeltas bool
	Quantiles                      bool // which take work
}

// NewReader returns a reader that has been told nothing yet.
func (r *Registry) NewReader() *Reader {
	p := &Reader{registry: r, seen: make(map[*Ledger]*seen)}
	r.mu.Lock()
	defer r.mu.Unlock()
	p.lost = r.lost
	r.readers = append(r.readers, p)
	return p
}

// Collect takes a snapshot of every store.
func (p *Reader) Collect(d Demand) *Collection {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &Collection{Demand: d, Registry: p.registry, before: p.lastAt}
	var shares []float64
	if d.Quantiles {
		shares = QuantileShares
	}
	sources, parted, lost := p.take()
	for _, s := range sources {
		s.Now = s.snapshot(shares)
		s.Infos, s.Counted, s.Timed, s.Since, s.TimedSince = s.Now.infos, s.Now, s.Now, s.Start, s.Start
		if d.CounterDeltas || d.HistogramDeltas {
			s.delta(s.seen.last, c)
			s.seen.last = s.Now.baseline(s.seen.last, s.readAt())
		}
		c.Sources = append(c.Sources, s)
	}
	c.Parted, c.Lost, c.ClockFalls = parted, lost, p.registry.clockFalls()
	c.ClockFell = c.ClockFalls > 0
	if d.CounterDeltas {
		c.Lost -= p.told
		c.ClockFalls -= p.toldFalls
		p.told, p.toldFalls = lost, p.toldFalls+c.ClockFalls
	}
	c.stamp()
	p.lastAt = c.At
	c.Operations(func(*Source, Operation, *OperationInfo) { c.OperationCount++ })
	return c
}

// take returns the ledgers to tell of: those of open stores, and once those of
// closed ones. It also returns whether a store has been closed, and how many
// farewells the reader has missed.
func (p *Reader) take() (sources []Source, parted bool, lost uint64) {
	r := p.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget(time.Now())
	for _, l := range r.ledgers {
		e := p.seen[l]
		if e == nil {
			e = new(seen)
			p.seen[l] = e
		}
		if e.done {
			continue
		}
		e.done = !l.closedAt.IsZero()
		sources = append(sources, Source{Ledger: l, seen: e, Closed: e.done, closed: l.closedAt})
	}
	return sources, r.parted, p.lost
}
