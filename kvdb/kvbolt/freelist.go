package kvbolt

import (
	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// largeFreelist is from which size on the list of free pages is worth a notice: each
// commit, of ten bytes as well, writes as much. It is that of 2 GiB in pages of 4 KiB.
const largeFreelist = 4 << 20

// What the list takes on disk.
const (
	freelistHeader = 16
	freelistEntry  = 8
	shortFreelist  = 0xffff // pages whose number fits into the header
)

// freelistSize returns how many bytes each commit writes of the list of free pages.
// What the engine says itself is 0 until the first commit.
func (s *Store) freelistSize(stats *bolt.Stats) float64 {
	if s.db.NoFreelistSync || s.readOnly {
		return 0
	}
	pages := stats.FreePageN + stats.PendingPageN
	if pages >= shortFreelist {
		pages++
	}
	return float64(freelistHeader + freelistEntry*pages)
}

// tellFreelist gives notice of a list that is large, once until it is half as large.
func (s *Store) tellFreelist(r *reading) {
	switch {
	case r.freelist < largeFreelist/2:
		s.bloated.Store(false)
	case r.freelist >= largeFreelist && !s.bloated.Swap(true):
		s.board.Post(kvdb.Notice{
			Name: "freelist_bloated", Level: kvdb.NoticeWarn,
			Text: "each commit writes the list of the file's free pages, which is large: copy the file with \"bbolt compact\", or open it with NoFreelistSync; " +
				"pages that are pending wait for a read transaction to end",
			Numbers: map[string]float64{"bytes": r.freelist, "free_pages": r.freePages, "pending_pages": r.pendingPages},
		})
	}
}
