package kvbolt

import (
	"errors"
	"sync"
)

// Close ends the store, and closes the database unless it is borrowed. It
// waits for calls that are inside the engine, but not for the loops of scans
// and the functions of views and updates, which may be the callers of Close:
// their next step fails with kvdb.ErrClosed, and an update is rolled back.
// Entries that were yielded stay valid until that step.
//
// On a borrowed handle a write may be inside the engine waiting for somebody
// else's transaction, and Close then waits with it.
func (s *Store) Close() error {
	lent, first := s.shut()
	if !first {
		return errClosedFor(opClose)
	}
	if err := s.failure.refuseCall(opClose); err != nil {
		return s.abandon(err)
	}
	// All at once: bbolt lets a read that ends wait for a write that waits for
	// other reads to end.
	var ended sync.WaitGroup
	for _, t := range lent {
		ended.Go(func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.end(errClosed)
		})
	}
	ended.Wait() //otelkv:waitok the engine cannot be closed under a call
	if err := s.failure.refuseCall(opClose); err != nil {
		return s.abandon(err)
	}
	if s.file == nil {
		return nil
	}
	return wrap(opClose, engine(s.db.Close))
}

// abandon lets go of a database that nothing can be done with, and returns why.
func (s *Store) abandon(why error) error {
	if s.file == nil {
		return why
	}
	return wrap(opClose, errors.Join(why, letGo(s.file)))
}

// shut lets nobody in any more and returns the transactions that are open. It
// returns false if the store was shut already.
func (s *Store) shut() (lent []*txn, first bool) {
	if s.unopened() {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return nil, false
	}
	close(s.closing)
	for t := range s.lent {
		lent = append(lent, t)
	}
	return lent, true
}

func (s *Store) isClosed() bool {
	if s.unopened() {
		return true
	}
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// unopened reports whether the store is nil or zero, which beside an error of [Open]
// it can be for a deferred Close.
func (s *Store) unopened() bool { return s == nil || s.closing == nil }
