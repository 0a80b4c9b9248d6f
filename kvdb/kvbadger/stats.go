package kvbadger

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/internal/statistics"
)

// A reading is what the statistics of one moment are made from.
type reading struct {
	seen      seen
	heard     bool // seen is known
	levels    []badger.LevelInfo
	files     files
	cache     caching
	conflicts float64
	rewrites  float64
	failures  float64 // of collections
	failed    bool
	disk      float64
}

// stats are the statistics of every store of this package, with how each is read.
var stats = statistics.Table[reading]{
	statistics.Gauge("kvdb.engine.disk.size", "By", "Size of the files of the store",
		func(r *reading) float64 { return r.files.tables + r.files.values + r.files.wal }),
	statistics.Gauge("kvdb.engine.lsm.size", "By", "Size of the tables of the tree",
		func(r *reading) float64 { return r.sum(func(l *badger.LevelInfo) float64 { return float64(l.Size) }) }),
	statistics.Gauge("kvdb.engine.tables", "{table}", "Tables of the tree",
		func(r *reading) float64 {
			return r.sum(func(l *badger.LevelInfo) float64 { return float64(l.NumTables) })
		}),
	statistics.Gauge("kvdb.engine.l0.tables", "{table}", "Tables of level 0, of which too many stall flushes and then writes",
		func(r *reading) float64 { return float64(r.levels[0].NumTables) }),
	statistics.Gauge("kvdb.engine.compaction.score", "1", "How far the fullest level is above its target, as compactions are picked: above 1, one is due",
		func(r *reading) float64 { return r.most(func(l *badger.LevelInfo) float64 { return l.Score }) }),
	statistics.Counter("kvdb.engine.compactions", "{compaction}", "Compactions that succeeded",
		func(r *reading) float64 { return r.told(r.seen.compactions) }),
	statistics.Counter("kvdb.engine.compaction.failures", "{compaction}", "Compactions that failed, without those that were canceled",
		func(r *reading) float64 { return r.told(r.seen.compactionFailures) }),
	statistics.Counter("kvdb.engine.flush.failures", "{flush}", "Flushes of memory tables to disk that failed, and are tried again",
		func(r *reading) float64 { return r.told(r.seen.flushFailures) }),
	statistics.Counter("kvdb.engine.l0.stalls", "{stall}", "Times that level 0 held flushes back for more than a second",
		func(r *reading) float64 { return r.told(r.seen.stalls) }),
	statistics.Counter("kvdb.engine.l0.stall.time", "s", "Time during which level 0 held flushes back, of stalls of more than a second that have ended",
		func(r *reading) float64 {
			if !r.heard {
				return math.NaN()
			}
			return r.seen.stalled.Seconds()
		}),
	statistics.Counter(kvdb.StatWriteStallTime, "s", "Time during which the engine held writes back",
		func(r *reading) float64 {
			if !r.heard {
				return math.NaN()
			}
			return r.seen.writes.upTo(time.Now()).Seconds()
		}),
	statistics.Gauge("kvdb.engine.value_log.size", "By", "Size of the value log",
		func(r *reading) float64 { return r.files.values }),
	statistics.Gauge("kvdb.engine.value_log.garbage", "By", "Size of values in the value log that compactions have found replaced, and that a collection can free",
		func(r *reading) float64 { return r.files.garbage }),
	statistics.Counter("kvdb.engine.value_log.rewrites", "{file}", "Files of the value log that the store has rewritten without their garbage",
		func(r *reading) float64 { return r.rewrites }),
	statistics.Counter("kvdb.engine.value_log.rewrite.failures", "{file}", "Files of the value log that the store could not rewrite",
		func(r *reading) float64 { return r.failures }),
	statistics.Counter("kvdb.engine.transaction.conflicts", "{conflict}", "Transactions of the store that lost to another one, and ran again or failed",
		func(r *reading) float64 { return r.conflicts }),
	statistics.Counter("kvdb.engine.cache.hits", "{access}", "Blocks found in the block cache",
		func(r *reading) float64 { return r.cache.hits }),
	statistics.Counter("kvdb.engine.cache.misses", "{access}", "Blocks not found in the block cache",
		func(r *reading) float64 { return r.cache.misses }),
	statistics.Gauge(kvdb.StatFailed, "", "Whether the engine takes no more writes until it is opened again",
		func(r *reading) float64 { return statistics.Truth(r.failed) }),
	statistics.Gauge(kvdb.StatDiskUtilization, "1", "Used share of the filesystem that holds the store",
		func(r *reading) float64 { return r.disk }),
}

// told is a count of lines of the engine, which a borrowed handle may not hand on.
func (r *reading) told(n int64) float64 {
	if !r.heard {
		return math.NaN()
	}
	return float64(n)
}

func (r *reading) sum(of func(*badger.LevelInfo) float64) (sum float64) {
	for i := range r.levels {
		sum += of(&r.levels[i])
	}
	return sum
}

func (r *reading) most(of func(*badger.LevelInfo) float64) (most float64) {
	for i := range r.levels {
		most = max(most, of(&r.levels[i]))
	}
	return most
}

// StatInfos declares the statistics of the stores of this package. The caller owns
// the result. Values are not known, and NaN, of compactions, flushes and stalls for a
// borrowed handle without [Options.Events], and of files and the filesystem for a
// database in memory.
func StatInfos() []kvdb.StatInfo { return stats.Infos() }

// StatInfos implements [kvdb.StatsReader] with those of the package.
func (s *Store) StatInfos() []kvdb.StatInfo { return StatInfos() }

// AppendStats implements [kvdb.StatsReader]. It takes locks of the engine's levels for
// some microseconds, lists the directories of the database, and asks the operating
// system for the sizes of its files and of the filesystem.
func (s *Store) AppendStats(ctx context.Context, dst []float64) (out []float64, err error) {
	out = dst
	in, err := s.enter(ctx, opStats)
	if err != nil {
		return out, err
	}
	defer s.leave(in, opStats, &err)
	r := reading{
		levels:    s.db.Levels(),
		files:     s.dirs.read(),
		cache:     s.cached(),
		conflicts: float64(s.conflicts.Load()),
		rewrites:  float64(s.collector.rewrites.Load()),
		failures:  float64(s.collector.failures.Load()),
		failed:    s.failure.refuse(opStats) != nil,
		disk:      s.dirs.utilization(),
	}
	if s.events != nil {
		r.seen, r.heard = s.events.counted(), true
	}
	return stats.Append(out, &r), nil
}

type caching struct{ hits, misses float64 }

// cached returns the counts of the cache of blocks, which a database without
// compression may lack.
func (s *Store) cached() caching {
	m := s.db.BlockCacheMetrics()
	if m == nil {
		return caching{math.NaN(), math.NaN()}
	}
	return caching{float64(m.Hits()), float64(m.Misses())}
}

// files are the sizes of those of a database, in bytes on the disk.
type files struct{ tables, wal, values, valueFiles, garbage float64 }

func (d dirs) read() files {
	if d.lsm == "" {
		n := math.NaN()
		return files{n, n, n, n, n}
	}
	var f files
	f.add(d.lsm)
	if d.values != d.lsm {
		f.add(d.values)
	}
	f.garbage = readGarbage(d.values)
	return f
}

// add adds what is in a directory. A file that is gone by then is no error: compactions
// delete some.
func (f *files) add(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			continue
		}
		switch size := onDisk(info); filepath.Ext(entry.Name()) {
		case ".sst":
			f.tables += size
		case ".mem":
			f.wal += size
		case ".vlog":
			f.values += size
			f.valueFiles++
		}
	}
}

// utilization is that of the fuller filesystem, if the value log has one of its own.
func (d dirs) utilization() float64 {
	if d.lsm == "" {
		return math.NaN()
	}
	most := math.NaN()
	for _, dir := range []string{d.lsm, d.values} {
		if disk, err := system.ReadDisk(dir); err == nil && !(disk.Share() <= most) {
			most = disk.Share()
		}
	}
	return most
}
