package kvbadger

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// A Store is a Badger database. Make one with [Open] or [New]. It is safe for
// concurrent use. A nil or zero Store is closed.
type Store struct {
	db     *badger.DB
	owned  bool
	dirs   dirs
	info   kvdb.Info
	events *Events // of the store's own on a borrowed handle without any

	guard     guard
	failure   failure
	board     kvdb.NoticeBoard
	collector collector
	conflicts atomic.Int64 // transactions that lost to another one

	mu   sync.Mutex
	lent map[*session]struct{} // for Close to take back
}

var _ interface {
	kvdb.Store
	kvdb.Appender
	kvdb.Batcher
	kvdb.Describer
	kvdb.Exister
	kvdb.MultiGetter
	kvdb.Notifier
	kvdb.Pinger
	kvdb.PrefixScanner
	kvdb.Scanner
	kvdb.SizedGetter
	kvdb.SizedMultiGetter
	kvdb.StatsReader
	kvdb.Swapper
	kvdb.TTLGetter
	kvdb.TTLPutter
	kvdb.Updater
	kvdb.Viewer
} = (*Store)(nil)

// New returns a store on a handle that the caller keeps: Close leaves db open. The
// caller closes the store first and db then. When db is closed earlier, calls of the
// store return an error that matches kvdb.ErrClosed, but none must be running at that
// moment, as Badger does not allow it.
//
// An error is a *kvdb.Error: kvdb.ErrInvalidArgument lists every problem, such as a
// handle whose timestamps are managed, or that does not detect conflicts;
// kvdb.ErrClosed is one that is closed.
func New(db *badger.DB, opts *Options) (*Store, error) {
	c, err := opts.config(db)
	if err != nil {
		return nil, err
	}
	s := newStore(c)
	s.db = db
	s.tellWhatIsMissing(c)
	return s, nil
}

func newStore(c *config) *Store {
	s := &Store{
		dirs: c.dirs,
		info: kvdb.Info{
			System: "badger", Namespace: c.namespace, TTLResolution: ttlResolution,
			MaxKey: MaxKey, MaxValue: c.maxValue,
		},
		events: c.events,
		lent:   make(map[*session]struct{}),
	}
	s.failure.board = &s.board
	s.events.serve(&s.failure)
	return s
}

// Describe implements [kvdb.Describer].
func (s *Store) Describe() kvdb.Info {
	if s == nil {
		return kvdb.Info{}
	}
	return s.info
}

// An inside is a call that is in the engine.
type inside struct{ onFault bool }

// enter lets a call into the engine, which defers leave with the result.
func (s *Store) enter(ctx context.Context, op string) (inside, error) {
	if err := kvdb.CheckContext(ctx, op); err != nil {
		return inside{}, err
	}
	if s == nil || s.db == nil || !s.guard.enter() {
		return inside{}, errClosedFor(op)
	}
	if !s.owned && s.db.IsClosed() {
		s.guard.leave()
		return inside{}, errClosedFor(op)
	}
	// Badger reads and writes mapped files. A page that cannot be read is a fault, which
	// ends the process by default.
	return inside{debug.SetPanicOnFault(true)}, nil
}

// leave is deferred by every method that has entered the engine. It turns a panic
// over what is in a file, or over a handle that somebody has closed, into *err.
func (s *Store) leave(in inside, op string, err *error) {
	debug.SetPanicOnFault(in.onFault)
	r := recover()
	if *err != nil && *err != kvdb.ErrNotFound && errors.Is(*err, errLost) {
		s.collector.lost(&s.board)
	}
	var instead error
	if r != nil {
		instead = s.recovered(op, r)
	}
	s.guard.leave()
	switch {
	case r != nil && instead == nil:
		panic(r)
	case r != nil:
		*err = instead
	}
}

// recovered turns a panic within the engine into the error that it stands for, and nil for
// any other one, which goes on.
func (s *Store) recovered(op string, value any) error {
	d := asDamage(value)
	switch {
	case d == nil:
		return nil
	case s.db.IsClosed():
		return errClosedFor(op)
	}
	s.failure.set(d, true)
	return &kvdb.Error{Op: op, Kind: kvdb.ErrCorruption, Err: d}
}
