package kvpebble

import (
	"context"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// AppendStats implements [kvdb.StatsReader] with the statistics that the
// package comment lists. It takes Pebble's main lock for some microseconds and
// asks the operating system for the size of the filesystem, whose reading is
// left out when the answer is an error.
func (s *Store) AppendStats(ctx context.Context, dst []kvdb.Stat) (out []kvdb.Stat, err error) {
	out = dst
	if err := kvdb.CheckContext(ctx, opStats); err != nil {
		return out, err
	}
	in := s.guard.enter()
	if in == nil {
		return out, errClosedFor(opStats)
	}
	defer s.leave(in, opStats, &err)

	m := s.db.Metrics()
	gauge := func(name, unit, help string, value float64) {
		out = append(out, kvdb.Stat{Name: name, Unit: unit, Help: help, Value: value})
	}
	counter := func(name, unit, help string, value float64) {
		out = append(out, kvdb.Stat{Name: name, Unit: unit, Help: help, Counter: true, Value: value})
	}
	gauge("kvdb.engine.disk.size", "By", "Size of the files of the store", float64(m.DiskSpaceUsage()))
	if s.events != nil {
		stalls, stalled := s.events.stalled()
		counter("kvdb.engine.write_stalls", "{stall}", "Times that the engine held writes back", float64(stalls))
		counter("kvdb.engine.write_stall.time", "s", "Time during which the engine held writes back", stalled.Seconds())
	}
	counter("kvdb.engine.compactions", "{compaction}", "Compactions that have ended", float64(m.Compact.Count))
	gauge("kvdb.engine.compaction.debt", "By", "Estimated bytes to compact until the tree is stable", float64(m.Compact.EstimatedDebt))
	gauge("kvdb.engine.l0.sublevels", "{sublevel}", "Sublevels of level 0, of which too many stall writes", float64(m.Levels[0].Sublevels))
	gauge("kvdb.engine.read_amplification", "1", "Levels and sublevels that a read may have to look into", float64(m.ReadAmp()))
	gauge("kvdb.engine.memtable.size", "By", "Memory of the tables that are not flushed yet", float64(m.MemTable.Size))
	gauge("kvdb.engine.wal.size", "By", "Live data in the write-ahead log", float64(m.WAL.Size))
	counter("kvdb.engine.cache.hits", "{access}", "Blocks found in the block cache", float64(m.BlockCache.Hits))
	counter("kvdb.engine.cache.misses", "{access}", "Blocks not found in the block cache", float64(m.BlockCache.Misses))
	counter("kvdb.engine.flushes", "{flush}", "Flushes of memory tables to disk", float64(m.Flush.Count))
	if used, ok := s.usage(); ok {
		gauge("kvdb.utilization.disk", "1", "Used share of the filesystem that holds the store", used)
	}
	return out, nil
}

// diskUtilization returns a function for the used share of the filesystem that
// holds dir: used ÷ (used + available), where blocks that are reserved for root
// are neither, as df has it. It returns false when the share is not known.
func diskUtilization(fs vfs.FS, dir string) func() (float64, bool) {
	return func() (float64, bool) {
		if dir == "" {
			return 0, false
		}
		usage, err := fs.GetDiskUsage(dir)
		size := usage.UsedBytes + usage.AvailBytes
		if err != nil || size == 0 {
			return 0, false
		}
		return float64(usage.UsedBytes) / float64(size), true
	}
}
