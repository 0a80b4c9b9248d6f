package kvbolt

import (
	"context"

	"github.com/otelkv/otelkv/kvdb"
)

// View implements [kvdb.Viewer] with one read transaction. While fn runs, a
// write that has to enlarge the mapping of the file waits for it, and other
// reads wait for that write. So fn must not write to the store, and should not
// read from it but through its reader: it could wait for itself. And the file
// grows meanwhile, as the pages that fn can see are not written again.
func (s *Store) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	if err := s.check(ctx, opView); err != nil {
		return err
	}
	t, err := s.open(opView, false)
	if err != nil {
		return err
	}
	defer t.finish()
	return t.during(func() error { return fn(struct{ kvdb.Reader }{t}) })
}

// Update implements [kvdb.Updater]. Write transactions take turns, so there are
// no conflicts: fn runs once, after the writes before it, and those after it
// wait. A write to the store from within fn but through its transaction waits
// until its own context is done, or for good. Nothing is committed when ctx is
// done as fn returns.
func (s *Store) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	if err := s.checkWrite(ctx, opUpdate); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return kvdb.ContextError(opUpdate, ctx.Err())
	case <-s.closing:
		return errClosedFor(opUpdate)
	}
	if err := s.checkWrite(ctx, opUpdate); err != nil {
		return err
	}
	t, err := s.open(opUpdate, true)
	if err != nil {
		return err
	}
	defer t.finish()
	if err := t.during(func() error { return fn(t) }); err != nil {
		return err
	}
	if err := kvdb.CheckContext(ctx, opUpdate); err != nil {
		return err
	}
	return wrap(opUpdate, t.commit())
}
