package fault

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

// A Store is a decorator of one's own: the engine of a program, whose operations
// suffer what is on. Without a fault it costs an operation one atomic load. It has
// the capabilities of the engine, and replicas. It is safe for concurrent use.
type Store struct {
	next   kvdb.Store
	engine string                 // as -engine names it
	on     atomic.Pointer[active] // nil without a fault

	replica     atomic.Bool  // whether there is a simulated one
	failovers   atomic.Int64 // of it
	disk        *disk        // below Pebble, else nil
	file        *file        // of bbolt, else nil
	compactions *compactions // of Badger, else nil
	closers     []io.Closer  // after the engine
}

// active is a fault that is on.
type active struct {
	Fault
	ended <-chan struct{}
	used  func(float64) float64 // the share of the disk, of that which really is
}

var _ kvdb.Decorator = (*Store)(nil)

// New returns a store without a fault on next, an engine of the name. With a replica
// it has a simulated one from the start, and else from the first fault on that needs
// one.
func New(next kvdb.Store, engine string, replica bool) *Store {
	s := &Store{next: next, engine: engine}
	s.replica.Store(replica)
	return s
}

// Get implements [kvdb.Store].
func (s *Store) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := s.strike(ctx, "get"); err != nil {
		return nil, err
	}
	return s.next.Get(ctx, key)
}

// Put implements [kvdb.Store].
func (s *Store) Put(ctx context.Context, key, value []byte) error {
	if err := s.strike(ctx, "put"); err != nil {
		return err
	}
	return s.next.Put(ctx, key, value)
}

// Delete implements [kvdb.Store].
func (s *Store) Delete(ctx context.Context, key []byte) error {
	if err := s.strike(ctx, "delete"); err != nil {
		return err
	}
	return s.next.Delete(ctx, key)
}

// Close implements [kvdb.Store].
func (s *Store) Close() error {
	err := s.next.Close()
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

// Unwrap implements [kvdb.Decorator].
func (s *Store) Unwrap() kvdb.Store { return s.next }

// As implements [kvdb.Decorator]. Callers reach a capability through kvdb.As
// only, which asks here and not below: what is missing in this list is missing
// in the store.
func (s *Store) As(target any) bool {
	switch t := target.(type) {
	case *kvdb.Appender:
		return view(s, t, func(next kvdb.Appender) kvdb.Appender { return appender{s, next} })
	case *kvdb.Batcher:
		return view(s, t, func(next kvdb.Batcher) kvdb.Batcher { return batcher{s, next} })
	case *kvdb.Exister:
		return view(s, t, func(next kvdb.Exister) kvdb.Exister { return exister{s, next} })
	case *kvdb.MultiGetter:
		return view(s, t, func(next kvdb.MultiGetter) kvdb.MultiGetter { return multiGetter{s, next} })
	case *kvdb.Pinger:
		return view(s, t, func(next kvdb.Pinger) kvdb.Pinger { return pinger{s, next} })
	case *kvdb.PrefixScanner:
		return view(s, t, func(next kvdb.PrefixScanner) kvdb.PrefixScanner { return prefixScanner{s, next} })
	case *kvdb.Scanner:
		return view(s, t, func(next kvdb.Scanner) kvdb.Scanner { return scanner{s, next} })
	case *kvdb.SizedGetter:
		return view(s, t, func(next kvdb.SizedGetter) kvdb.SizedGetter { return sizedGetter{s, next} })
	case *kvdb.SizedMultiGetter:
		return view(s, t, func(next kvdb.SizedMultiGetter) kvdb.SizedMultiGetter { return sizedMultiGetter{s, next} })
	case *kvdb.Swapper:
		return view(s, t, func(next kvdb.Swapper) kvdb.Swapper { return swapper{s, next} })
	case *kvdb.TTLGetter:
		return view(s, t, func(next kvdb.TTLGetter) kvdb.TTLGetter { return ttlGetter{s, next} })
	case *kvdb.TTLPutter:
		return view(s, t, func(next kvdb.TTLPutter) kvdb.TTLPutter { return ttlPutter{s, next} })
	case *kvdb.Updater:
		return view(s, t, func(next kvdb.Updater) kvdb.Updater { return updater{s, next} })
	case *kvdb.Viewer:
		return view(s, t, func(next kvdb.Viewer) kvdb.Viewer { return viewer{s, next} })
	case *kvdb.Describer:
		return view(s, t, func(next kvdb.Describer) kvdb.Describer { return next })
	case *kvdb.Notifier:
		return view(s, t, func(next kvdb.Notifier) kvdb.Notifier { return next })
	case *kvdb.PoolReader:
		return view(s, t, func(next kvdb.PoolReader) kvdb.PoolReader { return next })
	case *kvdb.StatsReader:
		return view(s, t, func(next kvdb.StatsReader) kvdb.StatsReader { return statsReader{s, next} })
	case *kvdb.Lagger:
		*t = newLagger(s)
		return true
	}
	return false
}

// view sets target to a decorated capability if the store below has it.
func view[C any](s *Store, target *C, decorate func(C) C) bool {
	next, ok := kvdb.As[C](s.next)
	if ok {
		*target = decorate(next)
	}
	return ok
}
