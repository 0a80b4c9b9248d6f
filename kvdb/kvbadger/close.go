package kvbadger

import (
	"errors"
	"runtime/debug"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// patience is for how long Close waits for an engine that may not come to an end.
const patience = 3 * time.Second

// longest is for how long Close waits for calls on a borrowed handle, which may not tell why
// they do not return.
const longest = 30 * time.Second

var errInside = errors.New("calls are inside the engine, and do not return: the handle must not be closed before they have")

// Close ends the store, and closes the database unless it is borrowed. It waits for
// calls that are inside the engine, but not for the loops of scans and the functions of
// views and updates, which may be the callers of Close: their next step fails with
// kvdb.ErrClosed, an update is rolled back, and Close takes back what they hold. Entries
// that were yielded stay valid until that step. A collection of garbage that is running ends
// with its next write.
//
// Closing flushes what is in memory. While flushes fail, Badger tries without an end:
// Close then gives up after three seconds, and returns an error of the kind of the
// flush's; the engine stays open until a flush has succeeded. After damage, for which it
// may keep a lock, Close waits for as long, and then returns kvdb.ErrEngineFailed and leaves
// it open. On a borrowed handle it gives up after half a minute whatever the reason, with
// kvdb.ErrTimeout: calls are in the engine then, such as a Verify, and the handle must not be
// closed before they have returned.
func (s *Store) Close() error {
	if s == nil || s.db == nil || !s.guard.close() {
		return errClosedFor(opClose)
	}
	defer s.events.forget(&s.failure)
	s.collector.stop()
	done := make(chan struct{})
	var err error
	go func() { // which goes on where Close gives up
		defer close(done)
		err = s.end()
	}()
	if err := await(done, s.stuckFor(patience)); err != nil {
		return err
	}
	if err != nil || !s.owned {
		return err
	}
	return s.failure.refuse(opClose)
}

// end waits until nobody is inside, and closes what is the store's.
func (s *Store) end() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			d := asDamage(r)
			if d == nil {
				panic(r)
			}
			s.failure.set(d, true)
			err = &kvdb.Error{Op: opClose, Kind: kvdb.ErrCorruption, Err: d}
		}
	}()
	<-s.guard.empty
	s.takeBack()
	if !s.owned {
		return nil
	}
	err = s.db.Close()
	s.collector.wait()
	return wrap(opClose, err)
}

// takeBack ends what scans, views and updates hold, once nobody is inside.
func (s *Store) takeBack() {
	s.mu.Lock()
	lent := s.lent
	s.lent = nil // nobody enters any more
	s.mu.Unlock()
	if s.db.IsClosed() || s.failure.stuck() != nil {
		return // the engine's state is not what iterators expect
	}
	for x := range lent {
		x.release()
	}
}

// stuckFor returns a function that returns why the engine does not come to an end, once
// that has been the case for a while.
func (s *Store) stuckFor(long time.Duration) func() error {
	var since time.Time
	begin := time.Now()
	return func() error {
		why := s.whyStuck()
		switch now := time.Now(); {
		case why == nil && !s.owned && now.Sub(begin) >= longest:
			return &kvdb.Error{Op: opClose, Kind: kvdb.ErrTimeout, Err: errInside}
		case why == nil:
			since = time.Time{}
		case since.IsZero():
			since = now
		case now.Sub(since) >= long:
			return why
		}
		return nil
	}
}

func (s *Store) whyStuck() error {
	if s.failure.stuck() != nil {
		return s.failure.refuse(opClose)
	}
	if err := s.events.starving(); err != nil {
		return &kvdb.Error{Op: opClose, Kind: kind(err), Err: starved(err)}
	}
	return nil
}
