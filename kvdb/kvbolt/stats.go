package kvbolt

import (
	"context"
	"math"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/internal/statistics"
)

// A reading is what the statistics of one moment are made from; NaN is not
// known.
type reading struct {
	size, pageSize, freePages, pendingPages, freelist, pageWrites, open, oldest, disk float64
	failed                                                                            bool
}

// stats are the statistics of every store of this package, with how each is
// read.
var stats = statistics.Table[reading]{
	statistics.Gauge("kvdb.engine.disk.size", "By", "Size of the files of the store",
		func(r *reading) float64 { return r.size }),
	statistics.Gauge("kvdb.engine.page.size", "By", "Size of a page of the file",
		func(r *reading) float64 { return r.pageSize }),
	statistics.Gauge("kvdb.engine.pages.free", "{page}", "Pages that can be written before the file grows",
		func(r *reading) float64 { return r.freePages }),
	statistics.Gauge("kvdb.engine.pages.pending", "{page}", "Pages that become free when the read transactions have ended that may still see them",
		func(r *reading) float64 { return r.pendingPages }),
	statistics.Gauge("kvdb.engine.freelist.size", "By", "Size of the list of free and pending pages, which each commit writes whole; 0 where none is written",
		func(r *reading) float64 { return r.freelist }),
	statistics.Counter("kvdb.engine.page.writes", "{page}", "Pages written, where one with the pages that it overflows to counts once",
		func(r *reading) float64 { return r.pageWrites }),
	statistics.Gauge("kvdb.engine.read_transactions", "{transaction}", "Read transactions that are open, those of others included",
		func(r *reading) float64 { return r.open }),
	statistics.Gauge("kvdb.engine.read_transaction.oldest_age", "s", "Age of the oldest read transaction of the store that is open",
		func(r *reading) float64 { return r.oldest }),
	statistics.Gauge(kvdb.StatFailed, "", "Whether the engine takes no more writes until it is opened again",
		func(r *reading) float64 { return statistics.Truth(r.failed) }),
	statistics.Gauge(kvdb.StatDiskUtilization, "1", "Used share of the filesystem that holds the store",
		func(r *reading) float64 { return r.disk }),
}

// StatInfos declares the statistics of the stores of this package. The caller
// owns the result. Values are not known, and NaN, of the file when it is gone;
// of the filesystem then too, on systems other than Linux and macOS, and when
// it has no size; of pages written and transactions for a handle with
// NoStatistics; of free and pending pages and their list for that one and a read-only one without
// PreLoadFreelist; and of all but whether the engine has failed when it keeps
// its locks after damage.
func StatInfos() []kvdb.StatInfo { return stats.Infos() }

// StatInfos implements [kvdb.StatsReader] with those of the package.
func (s *Store) StatInfos() []kvdb.StatInfo { return StatInfos() }

// AppendStats implements [kvdb.StatsReader]. It asks the operating system for
// the sizes of the file and its filesystem. It begins a transaction only when
// none is open, so that it does not wait when a view makes others wait.
func (s *Store) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	if err := s.check(ctx, opStats); err != nil {
		return dst, err
	}
	r := unknown()
	if s.failure.refuseCall(opStats) == nil {
		err := s.readStats(ctx, &r)
		switch {
		case s.failure.refuseCall(opStats) != nil, err != nil && s.failure.refuseWrite(opStats) != nil: // it met the failure
			r = unknown()
		case err != nil:
			return dst, err
		}
	}
	r.failed = s.failure.refuseWrite(opStats) != nil
	return stats.Append(dst, &r), nil
}

func unknown() reading {
	n := math.NaN()
	return reading{size: n, pageSize: n, freePages: n, pendingPages: n, freelist: n, pageWrites: n, open: n, oldest: n, disk: n}
}

func (s *Store) readStats(ctx context.Context, r *reading) error {
	engineStats := s.db.Stats()
	open, oldest := s.reads()
	if max(open, engineStats.OpenTxN) == 0 {
		// A borrowed handle may have been closed.
		if err := s.read(ctx, opStats, func(*bolt.Bucket) error { return nil }); err != nil {
			return err
		}
	}
	r.oldest, r.pageSize = oldest.Seconds(), float64(s.pageSize)
	if info, err := os.Stat(s.path); err == nil {
		r.size = float64(info.Size())
	}
	if s.freePages {
		r.freePages, r.pendingPages = float64(engineStats.FreePageN), float64(engineStats.PendingPageN)
		r.freelist = s.freelistSize(&engineStats)
		s.tellFreelist(r)
	}
	if s.counts {
		r.pageWrites, r.open = float64(engineStats.TxStats.GetWrite()), float64(engineStats.OpenTxN)
	}
	if disk, err := system.ReadDisk(s.path); err == nil {
		r.disk = disk.Share()
	}
	return nil
}

// reads returns how many read transactions the store has open, and how long the
// oldest of them has been.
func (s *Store) reads() (open int, oldest time.Duration) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.lent {
		if !t.writable {
			open++
			oldest = max(oldest, now.Sub(t.began))
		}
	}
	return open, oldest
}
