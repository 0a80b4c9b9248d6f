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

var watchRefused = kvdb.Notice{
	Name: "watch_refused", Level: kvdb.NoticeWarn,
	Text: "the server does not let the watch of the primary in, or not ask for INFO, so fail-overs and lags are not known",
}

// Notices implements [kvdb.Notifier]: that a borrowed client does not keep deadlines, that the
// primary has changed, that it does not count up the key of the heartbeat, and that the
// server refuses the watch.
func (s *Store) Notices(ctx context.Context) iter.Seq[kvdb.Notice] {
	if s == nil {
		return (*kvdb.NoticeBoard)(nil).Notices(ctx)
	}
	return s.board.Notices(ctx)
}
