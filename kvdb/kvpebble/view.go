package kvpebble

import (
	"context"
	"iter"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/kvdb"
)

// View implements [kvdb.Viewer] with a snapshot of Pebble. While fn runs,
// compactions keep what the snapshot can see, so it should not run for long.
func (s *Store) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	snapshot, err := s.snapshot(ctx)
	if err != nil {
		return err
	}
	defer s.releaseSnapshot(snapshot)
	return fn(&reader{store: s, snapshot: snapshot})
}

func (s *Store) snapshot(ctx context.Context) (snapshot *pebble.Snapshot, err error) {
	in, err := s.enter(ctx, opView)
	if err != nil {
		return nil, err
	}
	defer s.leave(in, opView, &err)
	snapshot = s.db.NewSnapshot()
	s.lend(snapshot)
	return snapshot, nil
}

// releaseSnapshot gives the snapshot back, unless Close has. Pebble knows no
// way for it to fail but a database that is closed, which holds no snapshots.
func (s *Store) releaseSnapshot(snapshot *pebble.Snapshot) {
	in := s.guard.enter()
	if in == nil {
		return
	}
	var err error
	defer s.leave(in, opView, &err)
	err = s.takeBack(snapshot)
}

// A reader reads from a snapshot, which panics with pebble.ErrClosed after its
// end: the store turns that into kvdb.ErrClosed.
type reader struct {
	store    *Store
	snapshot *pebble.Snapshot
}

func (r *reader) Get(ctx context.Context, key []byte) ([]byte, error) {
	return r.store.get(ctx, r.snapshot, key)
}

func (r *reader) Scan(ctx context.Context, rg kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return r.store.scan(ctx, r.snapshot, rg)
}
