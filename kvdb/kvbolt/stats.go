package kvbolt

import (
	"context"
	"math"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/kvdb"
)

// A reading is what the statistics of one moment are made from; NaN is not
// known.
type reading struct {
	size, pageSize, freePages, pendingPages, freelist, pageWrites, open, oldest, disk float64
	failed                                                                            bool
}

// stats are the statistics of every store of this package, with how each is
// read.
var stats = []struct {
	kvdb.StatInfo
	value func(*reading) float64
}{
	{gauge("kvdb.engine.disk.size", "By", "Size of the files of the store"),
		func(r *reading) float64 { return r.size }},
	{gauge("kvdb.engine.page.size", "By", "Size of a page of the file"),
		func(r *reading) float64 { return r.pageSize }},
	{gauge("kvdb.engine.pages.free", "{page}", "Pages that can be written before the file grows"),
		func(r *reading) float64 { return r.freePages }},
	{gauge("kvdb.engine.pages.pending", "{page}", "Pages that become free when the read transactions have ended that may still see them"),
		func(r *reading) float64 { return r.pendingPages }},
	{gauge("kvdb.engine.freelist.size", "By", "Size of the list of free and pending pages, which each commit writes whole; 0 where none is written"),
		func(r *reading) float64 { return r.freelist }},
	{counter("kvdb.engine.page.writes", "{page}", "Pages written, where one with the pages that it overflows to counts once"),
		func(r *reading) float64 { return r.pageWrites }},
	{gauge("kvdb.engine.read_transactions", "{transaction}", "Read transactions that are open, those of others included"),
		func(r *reading) float64 { return r.open }},
	{gauge("kvdb.engine.read_transaction.oldest_age", "s", "Age of the oldest read transaction of the store that is open"),
		func(r *reading) float64 { return r.oldest }},
	{gauge(kvdb.StatFailed, "", "Whether the engine takes no more writes until it is opened again"),
		func(r *reading) float64 {
			if r.failed {
				return 1
			}
			return 0
		}},
	{gauge(kvdb.StatDiskUtilization, "1", "Used share of the filesystem that holds the store"),
		func(r *reading) float64 { return r.disk }},
}

func gauge(name, unit, help string) kvdb.StatInfo {
	return kvdb.StatInfo{Name: name, Unit: unit, Help: help, Stability: kvdb.StabilityDevelopment}
}

func counter(name, unit, help string) kvdb.StatInfo {
	i := gauge(name, unit, help)
	i.Counter = true
	return i
}

// StatInfos declares the statistics of the stores of this package. The caller
// owns the result. Values are not known, and NaN, of the file when it is gone;
// of the filesystem then too, on systems other than Linux and macOS, and when
// it has no size; of pages written and transactions for a handle with
// NoStatistics; of free and pending pages and their list for that one and a read-only one without
// PreLoadFreelist; and of all but whether the engine has failed when it keeps
// its locks after damage.
func StatInfos() []kvdb.StatInfo {
	infos := make([]kvdb.StatInfo, len(stats))
	for i := range stats {
		infos[i] = stats[i].StatInfo
	}
	return infos
}

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
	for i := range stats {
		dst = append(dst, stats[i].value(&r))
	}
	return dst, nil
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
