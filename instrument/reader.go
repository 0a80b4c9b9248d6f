package instrument

import (
	"sync"
	"time"
)

// A reader is told what the ledgers of a registry hold, and remembers what it
// was told before.
type reader struct {
	registry *recordRegistry

	mu     sync.Mutex // one collection at a time
	lastAt time.Time  // of the points of the last collection

	seen map[*ledger]*seen // guarded by the registry
	lost uint64            // farewells; guarded by the registry
	told uint64            // of them, to a reader of deltas
}

// What a reader knows of a ledger.
type seen struct {
	done bool      // it was told the final values; guarded by the registry
	last *snapshot // of the last collection, for deltas; guarded by the reader
}

// A demand is what a reader wants to be told.
type demand struct {
	counterDeltas, histogramDeltas bool
	quantiles                      bool // which take work
}

func (r *recordRegistry) newReader() *reader {
	p := &reader{registry: r, seen: make(map[*ledger]*seen)}
	r.mu.Lock()
	defer r.mu.Unlock()
	p.lost = r.lost
	r.readers = append(r.readers, p)
	return p
}

// collect takes a snapshot of every store.
func (p *reader) collect(d demand) *collection {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &collection{demand: d, registry: p.registry, before: p.lastAt}
	var shares []float64
	if d.quantiles {
		shares = quantileShares
	}
	sources, parted, lost := p.take()
	for _, s := range sources {
		s.now = s.snapshot(shares)
		s.infos, s.counted, s.timed, s.since, s.timedSince = s.now.infos, s.now, s.now, s.start, s.start
		if d.counterDeltas || d.histogramDeltas {
			s.delta(s.seen.last, c)
			s.seen.last = s.now.baseline(s.seen.last)
		}
		c.sources = append(c.sources, s)
	}
	c.parted, c.lost = parted, lost
	if d.counterDeltas {
		c.lost -= p.told
		p.told = lost
	}
	c.stamp()
	p.lastAt = c.at
	c.operations(func(*source, operation, *operationInfo) { c.operationCount++ })
	return c
}

// take returns the ledgers to tell of: those of open stores, and once those of
// closed ones. It also returns whether a store has been closed, and how many
// farewells the reader has missed.
func (p *reader) take() (sources []source, parted bool, lost uint64) {
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
		sources = append(sources, source{ledger: l, seen: e, closed: e.done})
	}
	return sources, r.parted, p.lost
}
