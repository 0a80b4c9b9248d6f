package kvbadger

import (
	"context"
	"iter"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

// Notices implements [kvdb.Notifier]: what a borrowed handle does not tell, that the
// engine has failed, and that garbage is not collected any more (garbage_kept).
func (s *Store) Notices(ctx context.Context) iter.Seq[kvdb.Notice] {
	if s == nil {
		return (*kvdb.NoticeBoard)(nil).Notices(ctx)
	}
	return s.board.Notices(ctx)
}

// What is missing of a borrowed handle.
const (
	missingEvents = "flushes, compactions and stalls are not counted, writes may wait while flushes fail, and a value log that " +
		"cannot be synced is not noticed: give badger.Options the Logger of kvbadger.NewEvents() before badger.Open, and kvbadger.Options these Events"
	missingDirs = "the database is in memory: there is no disk to tell of"
)

// tellWhatIsMissing gives notice, in one line, of statistics that a borrowed handle
// does not yield.
func (s *Store) tellWhatIsMissing(c *config) {
	var missing []string
	if c.events == nil {
		missing = append(missing, missingEvents)
	}
	if c.dirs.lsm == "" {
		missing = append(missing, missingDirs)
	}
	if len(missing) > 0 {
		s.board.Post(kvdb.Notice{Name: kvdb.NoticeStatsMissing, Text: strings.Join(missing, "; ")})
	}
}
