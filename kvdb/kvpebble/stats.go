package kvpebble

import (
	"context"
	"math"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/internal/statistics"
)

// A reading is what the statistics of one moment are made from.
type reading struct {
	*pebble.Metrics
	listened events // what a listener is told; without one, as far as it is known
	fsyncs   uint64
	fsync    time.Duration // of all of them
	failed   bool
	disk     float64
}

// stats are the statistics of every store of this package, with how each is
// read.
var stats = statistics.Table[reading]{
	statistics.Gauge("kvdb.engine.disk.size", "By", "Size of the files of the store",
		func(r *reading) float64 { return float64(r.DiskSpaceUsage()) }),
	statistics.Counter("kvdb.engine.write_stalls", "{stall}", "Times that the engine held writes back",
		func(r *reading) float64 { return r.listened.stalls }),
	statistics.Counter(kvdb.StatWriteStallTime, "s", "Time during which the engine held writes back",
		func(r *reading) float64 { return r.listened.stalled }),
	statistics.Counter("kvdb.engine.flushes", "{flush}", "Flushes of memory tables to disk that succeeded",
		func(r *reading) float64 { return r.listened.flushes }),
	statistics.Counter("kvdb.engine.flush.failures", "{flush}", "Flushes of memory tables to disk that failed, and are tried again",
		func(r *reading) float64 { return r.listened.flushFailures }),
	statistics.Counter("kvdb.engine.disk.slow", "{event}", "Operations of the disk that took five seconds or longer, as Pebble tells of them",
		func(r *reading) float64 { return r.listened.diskSlow }),
	statistics.Counter("kvdb.engine.compactions", "{compaction}", "Compactions that succeeded",
		func(r *reading) float64 {
			return float64(r.Compact.Count - r.Compact.FailedCount - r.Compact.CancelledCount)
		}),
	statistics.Counter("kvdb.engine.compaction.failures", "{compaction}", "Compactions that failed, without those that were canceled",
		func(r *reading) float64 { return float64(r.Compact.FailedCount) }),
	statistics.Gauge("kvdb.engine.compaction.debt", "By", "Estimated bytes to compact until the tree is stable",
		func(r *reading) float64 { return float64(r.Compact.EstimatedDebt) }),
	statistics.Gauge("kvdb.engine.l0.sublevels", "{sublevel}", "Sublevels of level 0, of which too many stall writes",
		func(r *reading) float64 { return float64(r.Levels[0].Sublevels) }),
	statistics.Gauge("kvdb.engine.read_amplification", "{level}", "Levels and sublevels that a read may have to look into",
		func(r *reading) float64 { return float64(r.ReadAmp()) }),
	statistics.Gauge("kvdb.engine.memtable.size", "By", "Memory of the tables that are not flushed yet",
		func(r *reading) float64 { return float64(r.MemTable.Size) }),
	statistics.Gauge("kvdb.engine.wal.size", "By", "Live data in the write-ahead log",
		func(r *reading) float64 { return float64(r.WAL.Size) }),
	statistics.Counter("kvdb.engine.wal.fsyncs", "{fsync}", "Times that the write-ahead log was made durable",
		func(r *reading) float64 { return float64(r.fsyncs) }),
	statistics.Counter("kvdb.engine.wal.fsync.time", "s", "Time that it took to make the write-ahead log durable",
		func(r *reading) float64 { return r.fsync.Seconds() }),
	statistics.Counter("kvdb.engine.cache.hits", "{access}", "Blocks found in the block cache",
		func(r *reading) float64 { return float64(r.BlockCache.Hits) }),
	statistics.Counter("kvdb.engine.cache.misses", "{access}", "Blocks not found in the block cache",
		func(r *reading) float64 { return float64(r.BlockCache.Misses) }),
	statistics.Gauge(kvdb.StatFailed, "", "Whether the engine takes no more writes until it is opened again",
		func(r *reading) float64 { return statistics.Truth(r.failed) }),
	statistics.Gauge(kvdb.StatDiskUtilization, "1", "Used share of the filesystem that holds the store",
		func(r *reading) float64 { return r.disk }),
}

// StatInfos declares the statistics of the stores of this package. The caller
// owns the result. Values are not known, and NaN, of flushes and a slow disk for a borrowed handle
// without [Options.Events], and of the filesystem for a store whose directory is
// not known or whose filesystem has no size, such as one in memory. Without
// Events stalls are counted when they end, and only those that a write through
// the store met.
func StatInfos() []kvdb.StatInfo { return stats.Infos() }

// StatInfos implements [kvdb.StatsReader] with those of the package.
func (s *Store) StatInfos() []kvdb.StatInfo { return StatInfos() }

// AppendStats implements [kvdb.StatsReader]. It takes Pebble's main lock for
// some microseconds and asks the operating system for the size of the
// filesystem.
func (s *Store) AppendStats(ctx context.Context, dst []float64) (out []float64, err error) {
	out = dst
	in, err := s.enter(ctx, opStats)
	if err != nil {
		return out, err
	}
	defer s.leave(in, opStats, &err)
	if err := s.checkHandle(); err != nil {
		return out, wrap(opStats, err)
	}

	r := reading{Metrics: s.db.Metrics(), listened: s.seen(), failed: s.failure.get() != nil, disk: s.usage()}
	if r.fsyncs, r.fsync, err = fsyncs(r.Metrics); err != nil {
		return out, wrap(opStats, err)
	}
	return stats.Append(out, &r), nil
}

// checkHandle panics as Pebble does when somebody has closed a handle that is
// borrowed: Metrics goes on with what it knew.
func (s *Store) checkHandle() error {
	if s.owned {
		return nil
	}
	it, err := s.db.NewIter(nil) // which reads nothing
	if err != nil {
		return err
	}
	return it.Close()
}

// seen returns the counts of the listener, or without one, what is known all the
// same.
func (s *Store) seen() events {
	if s.events != nil {
		return s.events.seen()
	}
	unknown := math.NaN()
	return events{float64(s.stalls.n.Load()), s.stalls.time().Seconds(), unknown, unknown, unknown}
}

// diskUtilization returns a function for the used share of the filesystem that
// holds dir, NaN when it is not known. A filesystem of the program's own tells
// used and available bytes alone.
func diskUtilization(fs vfs.FS, dir string) func() float64 {
	return func() float64 {
		if dir == "" {
			return math.NaN()
		}
		if fs == vfs.Default {
			disk, err := system.ReadDisk(dir)
			if err != nil {
				return math.NaN()
			}
			return disk.Share()
		}
		usage, err := fs.GetDiskUsage(dir)
		if err != nil {
			return math.NaN()
		}
		return system.Disk{Size: usage.UsedBytes + usage.AvailBytes, Free: usage.AvailBytes, Available: usage.AvailBytes}.Share()
	}
}
