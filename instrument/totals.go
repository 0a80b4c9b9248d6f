package instrument

// Totals are the operations of a store since Wrap, by what they say of its
// health.
type Totals struct {
	Succeeded uint64 // ok, miss, conflict, aborted: the store did its part
	Canceled  uint64 // the caller went away
	Refused   uint64 // errors of type invalid_argument and too_large: the caller's fault
	Failed    uint64 // all other errors
}

// Totals returns the current totals. It takes microseconds and waits for no
// operation.
func (s *Store) Totals() Totals { return s.observer.rec.sum() }

func (r *record) sum() Totals {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	r.drain(new(flight))
	return r.sums
}

func (t *Totals) add(s slot, n uint64) {
	switch {
	case s.callersFault():
		t.Refused += n
	case s.outcome() == outcomeError:
		t.Failed += n
	case s.outcome() == outcomeCanceled:
		t.Canceled += n
	default:
		t.Succeeded += n
	}
}
