package instrument

import (
	"context"
	"errors"
	"fmt"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// A Store is an instrumented store: a decorator that records every operation of
// the store below it. It has the capabilities of that store, found with
// kvdb.As, and is safe for concurrent use. [Wrap] makes one; a nil or zero Store has
// no operations, but can be closed.
type Store struct {
	next     kvdb.Store
	observer observer
	views    views

	pollers pollers
	notices noticeReader
}

// Wrap instruments s. It returns an error that lists everything that is wrong
// with the options and with the statistics that s declares, matching
// [ErrDuplicate] when the registry or MeterProvider already has an open store of
// the same system and namespace; s is then as it was. It blocks
// for no I/O: the engine's statistics are read in the background, at once and
// then every ten seconds.
//
// The Store owns s: its Close closes s.
func Wrap(s kvdb.Store, options ...Option) (*Store, error) {
	if typednil.Is(s) {
		return nil, errors.New("instrument: the store is nil: open it, and check the error, before Wrap")
	}
	c := newConfig(options)
	if err := errors.Join(c.validate(), c.noSource()); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	var info kvdb.Info
	if d, ok := kvdb.As[kvdb.Describer](s); ok {
		info = d.Describe()
	}
	w := &Store{next: s}
	w.views = newViews(&w.observer, s)
	c.pooled = w.views.poolReader != nil
	var err error
	if c.stats, err = declared(w.views.statsReader); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	o, err := newObserver(info, availableOperations(s), c)
	if err != nil {
		return nil, err
	}
	w.observer = *o
	w.pollers.start(w.observer.rec, w.views)
	w.notices.start(w.views.notifier, w.observer.log)
	return w, nil
}

// Get implements [kvdb.Store].
func (s *Store) Get(ctx context.Context, key []byte) (value []byte, err error) {
	var op op
	ctx, err = op.begin(ctx, &s.observer, record.OpGet, len(key))
	defer func() { op.end(ctx, key, len(value), err) }()
	return s.next.Get(ctx, key)
}

// Put implements [kvdb.Store].
func (s *Store) Put(ctx context.Context, key, value []byte) (err error) {
	var op op
	ctx, err = op.begin(ctx, &s.observer, record.OpPut, len(key)+len(value))
	defer func() { op.end(ctx, key, 0, err) }()
	return s.next.Put(ctx, key, value)
}

// Delete implements [kvdb.Store].
func (s *Store) Delete(ctx context.Context, key []byte) (err error) {
	var op op
	ctx, err = op.begin(ctx, &s.observer, record.OpDelete, len(key))
	defer func() { op.end(ctx, key, 0, err) }()
	return s.next.Delete(ctx, key)
}

// Close closes the store below and frees the store's name in the registry. Each
// reader gets the final values once more, if it comes within five minutes and
// before 64 further stores have been closed; a store that is wrapped meanwhile with
// the same attributes goes on from them, and they are told together. An engine that has answered so far is
// asked for its statistics and connections once more before it is closed, for up to a second. Close waits for a
// reading under way, for up to five seconds if that ignores its context, and for up to a second each until the notices so far and the line of an
// operation that hangs are logged.
func (s *Store) Close() error {
	if s == nil || s.next == nil {
		return nil
	}
	s.pollers.stop()
	defer s.observer.close()
	defer s.notices.stop()
	return s.next.Close()
}

// Unwrap returns the store below, whose operations are not recorded.
func (s *Store) Unwrap() kvdb.Store {
	if s == nil {
		return nil
	}
	return s.next
}

// As implements [kvdb.Decorator] with instrumented views of the capabilities of
// the store below.
func (s *Store) As(target any) bool { return s != nil && s.views.as(target) }
