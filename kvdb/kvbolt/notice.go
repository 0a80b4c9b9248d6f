package kvbolt

import (
	"context"
	"iter"

	"github.com/otelkv/otelkv/kvdb"
)

// Notices implements [kvdb.Notifier]: that a database was opened with less than
// it should have, and that the engine has failed.
func (s *Store) Notices(ctx context.Context) iter.Seq[kvdb.Notice] { return s.board.Notices(ctx) }

func (s *Store) tellFailure(locked bool) {
	n := kvdb.Notice{Name: kvdb.NoticeEngineFailed, Level: kvdb.NoticeError,
		Text: "the file is damaged, and no write is taken any more: copy what can be read and open the store again"}
	if locked {
		n.Text = "the file is damaged, and the engine keeps its locks, so that no call is taken any more: restore the file and open the store again"
	}
	s.board.Post(n)
}
