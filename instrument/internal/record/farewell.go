package record

import (
	"slices"
	"time"
)

const (
	// Farewell is how long a closed store waits for readers that have not seen
	// its final values.
	Farewell = 5 * time.Minute

	// maxFarewells is how many closed stores wait at once: with them /metrics stays
	// below five megabytes.
	maxFarewells = 64
)

// reopen lets a record go on in the ledger of a closed store with the same
// series, so that each reader sees one store. It reports whether there is one.
// The caller holds mu, as for all that follows.
func (r *Registry) reopen(rec *Record) bool {
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() || !l.Series.same(rec.Series) {
			continue
		}
		if !l.enter(rec) { // two ledgers cannot show the same series
			r.drop(l)
			return false
		}
		l.closedAt, l.looked = time.Time{}, false
		for _, p := range r.readers {
			if e := p.seen[l]; e != nil {
				e.done = false
			}
		}
		return true
	}
	return false
}

// forget drops the ledgers of closed stores that every reader has seen, that
// waited long enough, or that are too many: of these, those that closed first.
func (r *Registry) forget(now time.Time) {
	var waiting []*Ledger
	for _, l := range slices.Clone(r.ledgers) {
		switch {
		case l.closedAt.IsZero():
		case r.told(l), now.Sub(l.closedAt) >= Farewell:
			r.drop(l)
		default:
			waiting = append(waiting, l)
		}
	}
	slices.SortStableFunc(waiting, func(a, b *Ledger) int { return a.closedAt.Compare(b.closedAt) })
	for _, l := range waiting[:max(len(waiting)-maxFarewells, 0)] {
		r.drop(l)
	}
}

// Sweep ends what a MeterProvider has of the ledgers that have been dropped. It is
// called without the lock, which the provider's callbacks need.
func (r *Registry) Sweep() {
	r.mu.Lock()
	dropped := r.dropped
	r.dropped = nil
	r.mu.Unlock()
	for _, l := range dropped {
		r.Sweeps(l)
	}
}

// expire drops what has waited long enough.
func (r *Registry) expire() {
	r.mu.Lock()
	r.forget(time.Now())
	r.mu.Unlock()
	r.Sweep()
}

// told reports whether every reader has seen the final values of a ledger.
func (r *Registry) told(l *Ledger) bool {
	for _, p := range r.readers {
		if e := p.seen[l]; e == nil || !e.done {
			return false
		}
	}
	return len(r.readers) > 0
}

// drop forgets a ledger, and counts it for those readers that have not seen its
// final values, those to come included.
func (r *Registry) drop(l *Ledger) {
	r.ledgers = slices.DeleteFunc(r.ledgers, func(other *Ledger) bool { return other == l })
	if len(r.readers) == 0 && !l.looked {
		r.lost++
	}
	l.dropped = true
	if r.Sweeps != nil {
		r.dropped = append(r.dropped, l)
	}
	for _, p := range r.readers {
		if e := p.seen[l]; e == nil || !e.done {
			p.lost++
		}
		delete(p.seen, l)
	}
}
