package kvbadger

import (
	"context"

	"github.com/otelkv/otelkv/kvdb"
)

// Verify reads every key and value, and then looks at the checksum of every table. An error
// that matches kvdb.ErrCorruption means that a value cannot be read or a table is damaged. The
// checksums of values are looked at unless VerifyValueChecksum in OpenOptions.Badger is off.
// It does not find tables that are missing.
//
// It takes as long as reading the files twice. It ends early when ctx is done or the store
// is closed, but for the second part, which Close waits for.
func (s *Store) Verify(ctx context.Context) (err error) {
	for _, err := range s.Scan(ctx, kvdb.Range{}) {
		if err != nil {
			return wrap(opVerify, err)
		}
	}
	in, err := s.enter(ctx, opVerify)
	if err != nil {
		return err
	}
	defer s.leave(in, opVerify, &err)
	return wrap(opVerify, s.db.VerifyChecksum())
}
