package instrument

// endings are operations that have ended, by what they say of the store's health.
type endings struct {
	Succeeded, Canceled, Refused, Failed uint64
}

// sum returns what has ended since Wrap.
func (r *record) sum() endings {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	r.drain(new(flight))
	return r.sums
}

func (t *endings) add(s slot, n uint64) {
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
