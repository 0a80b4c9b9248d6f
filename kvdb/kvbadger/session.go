package kvbadger

import (
	"context"

	"github.com/dgraph-io/badger/v4"
)

// A session is a transaction of the engine that outlives one call, with the iterators
// that it has open. It is used inside the guard only, one step at a time, and so
// Close can end it once nobody is inside.
type session struct {
	store   *Store
	txn     *badger.Txn
	cursors map[*cursor]struct{}
	writes  int
	over    bool
}

// begin returns a session, which its user ends.
func (s *Store) begin(ctx context.Context, op string, update bool) (x *session, err error) {
	in, err := s.enter(ctx, op)
	if err != nil {
		return nil, err
	}
	defer s.leave(in, op, &err)
	return s.newSession(update), nil
}

// newSession is begin inside the guard.
func (s *Store) newSession(update bool) *session {
	x := &session{store: s, txn: s.db.NewTransaction(update), cursors: make(map[*cursor]struct{})}
	s.mu.Lock()
	s.lent[x] = struct{}{}
	s.mu.Unlock()
	return x
}

// end gives back what the session holds, unless Close has.
func (x *session) end(op string) (err error) {
	in, err := x.store.enter(context.Background(), op)
	if err != nil {
		return nil
	}
	defer x.store.leave(in, op, &err)
	x.finish()
	return nil
}

// finish is end inside the guard. It may be called twice.
func (x *session) finish() {
	if x.over {
		return
	}
	x.over = true
	x.store.mu.Lock()
	delete(x.store.lent, x)
	x.store.mu.Unlock()
	x.release()
}

// release closes what the engine has open for the session.
func (x *session) release() {
	for c := range x.cursors {
		c.close()
	}
	x.txn.Discard()
}

// step takes a step inside the guard.
func (x *session) step(ctx context.Context, op string, fn func() error) (err error) {
	in, err := x.store.enter(ctx, op)
	if err != nil {
		return err
	}
	defer x.store.leave(in, op, &err)
	if x.over {
		return wrap(op, errOver)
	}
	return wrap(op, fn())
}
