package kvbolt

import (
	"context"
	"iter"

	"github.com/otelkv/otelkv/kvdb"
)

// Notices implements [kvdb.Notifier]: that a database was opened with less than
// it should have, that its list of free pages is large, and that the engine has failed.
func (s *Store) Notices(ctx context.Context) iter.Seq[kvdb.Notice] {
	if s == nil {
		return (*kvdb.NoticeBoard)(nil).Notices(ctx)
	}
	return s.board.Notices(ctx)
}
