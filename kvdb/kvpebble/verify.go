package kvpebble

import (
	"context"

	"github.com/otelkv/otelkv/kvdb"
)

const opVerify = "verify"

// Verify reads every key and value, and so checks the checksum of each block of
// the tables that holds one. An error that matches kvdb.ErrCorruption means that
// a table is damaged. It does not find tables and parts of a log that are
// missing: of these there is a notice where the store is opened.
//
// It takes as long as reading the files, and ends early when ctx is done or the
// store is closed.
func (s *Store) Verify(ctx context.Context) (err error) {
	in, err := s.enter(ctx, opVerify)
	if err != nil {
		return err
	}
	defer s.leave(in, opVerify, &err)
	it, err := s.db.NewIterWithContext(ctx, nil)
	if err != nil {
		return wrap(opVerify, err)
	}
	defer func() {
		if cerr := it.Close(); err == nil {
			err = wrap(opVerify, cerr)
		}
	}()
	n := 0
	for valid := it.First(); valid; valid = it.Next() {
		if _, err := it.ValueAndErr(); err != nil {
			return wrap(opVerify, err)
		}
		if n++; n%1000 > 0 {
			continue
		}
		if err := kvdb.CheckContext(ctx, opVerify); err != nil {
			return err
		}
		if s.guard.closed.Load() {
			return errClosedFor(opVerify)
		}
	}
	return wrap(opVerify, it.Error())
}
