package kvbolt

import (
	"context"
	"errors"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// A request is a write that waits for somebody to carry it out: for whoever
// has the turn first among those who wait.
type request struct {
	op   string
	do   func(*bolt.Bucket) (changed bool, err error) // may run again
	err  error
	done chan struct{}
}

// A queue holds the requests that nobody has begun with. The zero value is
// empty.
type queue struct {
	mu      sync.Mutex
	waiting []*request
}

func (q *queue) add(r *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, r)
}

// remove returns false when somebody has begun with r.
func (q *queue) remove(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, r)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

func (q *queue) takeAll() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.waiting
	q.waiting = nil
	return all
}

// write carries out do in a transaction that it may share with other writes,
// after check has found nothing wrong with its arguments.
func (s *Store) write(ctx context.Context, op string, check func() error, do func(*bolt.Bucket) (bool, error)) error {
	if err := s.checkWrite(ctx, op); err != nil {
		return err
	}
	if err := check(); err != nil {
		return err
	}
	r := &request{op: op, do: do, done: make(chan struct{})}
	s.queue.add(r)
	for {
		var err error
		select {
		case <-r.done:
			return r.err
		case s.turn <- struct{}{}:
			s.lead()
			continue
		case <-ctx.Done():
			err = kvdb.ContextError(op, ctx.Err())
		case <-s.closing:
			err = errClosedFor(op)
		}
		if s.queue.remove(r) {
			return err
		}
		<-r.done
		return r.err
	}
}

// checkWrite returns why no write can work.
func (s *Store) checkWrite(ctx context.Context, op string) error {
	if err := s.check(ctx, op); err != nil {
		return err
	}
	if s.readOnly {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrReadOnly, Err: errReadOnly}
	}
	return s.failure.refuseWrite(op)
}

var (
	errReadOnly = errors.New("the database is read-only")
	errBroken   = errors.New("the writer that had the turn panicked")
)

// lead carries out all requests, and gives up the turn.
func (s *Store) lead() {
	group := s.queue.takeAll()
	for _, r := range group {
		r.err = errBroken // unless it is set below
	}
	defer func() {
		for _, r := range group {
			r.err = wrap(r.op, r.err)
			close(r.done)
		}
		<-s.turn // after that, so that it goes to somebody who still waits
	}()
	if len(group) == 0 {
		return
	}
	lone, err := s.transact(group)
	for i, r := range group {
		r.err = err
		if lone && len(group) > 1 {
			_, r.err = s.transact(group[i : i+1])
		}
	}
}

// transact carries out a group in one transaction. It returns lone if the
// error is one request's, and does not concern the others.
func (s *Store) transact(group []*request) (lone bool, err error) {
	if err := s.failure.refuseWrite(group[0].op); err != nil {
		return false, err
	}
	t, err := s.open(group[0].op, true)
	if err != nil {
		return false, err
	}
	defer t.finish()
	changed := false
	for _, r := range group {
		err := engine(func() error {
			c, err := r.do(t.bucket)
			changed = changed || c
			return err
		})
		if err != nil {
			return true, err
		}
	}
	if !changed {
		return false, nil
	}
	return false, t.commit()
}
