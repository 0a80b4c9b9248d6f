package kvbolt

import (
	"context"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// AppendStats implements [kvdb.StatsReader] with the statistics that the
// package comment lists. It asks the operating system for the sizes of the file
// and its filesystem. It begins a transaction only when none is open, so that
// it does not wait when a view makes others wait.
func (s *Store) AppendStats(ctx context.Context, dst []kvdb.Stat) ([]kvdb.Stat, error) {
	if err := s.check(ctx, opStats); err != nil {
		return dst, err
	}
	engineStats := s.db.Stats()
	open, oldest := s.reads()
	if max(open, engineStats.OpenTxN) == 0 {
		// A borrowed handle may have been closed.
		if err := s.read(ctx, opStats, func(*bolt.Bucket) error { return nil }); err != nil {
			return dst, err
		}
	}
	gauge := func(name, unit, help string, value float64) {
		dst = append(dst, kvdb.Stat{Name: name, Unit: unit, Help: help, Value: value})
	}
	if info, err := os.Stat(s.path); err == nil {
		gauge("kvdb.engine.disk.size", "By", "Size of the file of the store", float64(info.Size()))
	}
	if s.freePages {
		gauge("kvdb.engine.pages.free", "{page}", "Pages that can be written before the file grows", float64(engineStats.FreePageN))
	}
	if s.counts {
		dst = append(dst, kvdb.Stat{Name: "kvdb.engine.page.writes", Unit: "{page}", Counter: true,
			Help: "Pages written, where one with the pages that it overflows to counts once", Value: float64(engineStats.TxStats.GetWrite())})
		gauge("kvdb.engine.read_transactions", "{transaction}", "Read transactions that are open", float64(engineStats.OpenTxN))
	}
	gauge("kvdb.engine.read_transaction.oldest_age", "s", "Age of the oldest read transaction of the store that is open", oldest.Seconds())
	if used, ok := diskUsage(s.path); ok {
		gauge("kvdb.utilization.disk", "1", "Used share of the filesystem that holds the store", used)
	}
	return dst, nil
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

// share returns used ÷ (used + available), where blocks that are reserved for
// root are neither, as df has it. It returns false for a filesystem without
// blocks.
func share(used, available uint64) (float64, bool) {
	if used+available == 0 {
		return 0, false
	}
	return float64(used) / float64(used+available), true
}
