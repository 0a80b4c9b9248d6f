package instrument

// Totals are the operations of a store since Wrap, by what they say of its
// health.
type Totals struct {
	Succeeded uint64 // ok, miss, conflict, aborted: the store did its part
	Canceled  uint64 // the caller went away
	Refused   uint64 // errors of type invalid_argument, too_large and closed: the caller's fault
	Failed    uint64 // all other errors
}

// Totals returns the current totals. It takes microseconds and waits for no
// operation.
func (s *Store) Totals() Totals {
	if s == nil {
		return Totals{}
	}
	return s.observer.totals()
}

// totals are none without a record, as that of a zero Recorder.
func (o *observer) totals() Totals {
	if o.rec == nil {
		return Totals{}
	}
	return Totals(o.rec.Sum())
}
