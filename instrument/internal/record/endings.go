package record

// Endings are operations that have ended, by what they say of the store's health.
type Endings struct {
	Succeeded, Canceled, Refused, Failed uint64
}

func (t *Endings) add(s Slot, n uint64) {
	switch {
	case s.CallersFault():
		t.Refused += n
	case s.Outcome() == OutcomeError:
		t.Failed += n
	case s.Outcome() == OutcomeCanceled:
		t.Canceled += n
	default:
		t.Succeeded += n
	}
}
