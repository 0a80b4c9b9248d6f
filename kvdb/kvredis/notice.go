package kvredis

import (
	"context"
	"iter"

	"github.com/otelkv/otelkv/kvdb"
)

var deadlinesIgnored = kvdb.Notice{
	Name: "deadlines_ignored", Level: kvdb.NoticeWarn,
	Text: "the client of the cluster waits for replies without regard to deadlines of contexts: set ContextTimeoutEnabled in its options",
}

// Notices implements [kvdb.Notifier]: that a borrowed client does not keep deadlines.
func (s *Store) Notices(ctx context.Context) iter.Seq[kvdb.Notice] {
	if s == nil {
		return (*kvdb.NoticeBoard)(nil).Notices(ctx)
	}
	return s.board.Notices(ctx)
}
