package kvpebble

import (
	"context"
	"iter"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

// Notices implements [kvdb.Notifier]: what a borrowed handle does not tell,
// that a database was opened with less than it should have, that an operation of the disk
// takes long, and that the engine has failed.
func (s *Store) Notices(ctx context.Context) iter.Seq[kvdb.Notice] {
	if s == nil {
		return (*kvdb.NoticeBoard)(nil).Notices(ctx)
	}
	return s.board.Notices(ctx)
}

// What is missing of a borrowed handle.
const (
	missingEvents = "flushes, a slow disk and stalls of other writers are not counted, and writes may wait for a full disk: " +
		"give pebble.Options the EventListener of kvpebble.NewEvents() before pebble.Open, and kvpebble.Options these Events"
	missingDir = "the utilization of the disk is not known: name the directory in kvpebble.Options.Dir"
)

// tellWhatIsMissing gives notice, in one line, of statistics that a borrowed
// handle does not yield.
func (s *Store) tellWhatIsMissing(c *config) {
	var missing []string
	if c.events == nil {
		missing = append(missing, missingEvents)
	}
	if c.dir == "" {
		missing = append(missing, missingDir)
	}
	if len(missing) > 0 {
		s.board.Post(kvdb.Notice{Name: kvdb.NoticeStatsMissing, Text: strings.Join(missing, "; ")})
	}
}
