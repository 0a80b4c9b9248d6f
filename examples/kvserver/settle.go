package main

import (
	"context"
	"runtime/debug"
	"slices"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	// statTables is the statistic of an engine for what is written and not in its
	// files yet, and ordinaryTables is what that is without very heavy writes.
	statTables     = "kvdb.engine.memtable.size"
	ordinaryTables = 8 << 20

	// settleTime is how long the server waits for an engine at most, and
	// settleInterval how often it looks.
	settleTime     = 10 * time.Second
	settleInterval = 10 * time.Millisecond
)

// engineTables tell what an engine has in memory that was written. Nil ones are of an
// engine that is done with a write when it says so.
type engineTables struct {
	stats kvdb.StatsReader
	at    int // among the statistics
	work  *background
}

func newEngineTables(store kvdb.Store, work *background) *engineTables {
	stats, ok := kvdb.As[kvdb.StatsReader](store)
	if !ok {
		return nil
	}
	at := slices.IndexFunc(stats.StatInfos(), func(i kvdb.StatInfo) bool { return i.Name == statTables })
	if at < 0 {
		return nil
	}
	return &engineTables{stats, at, work}
}

// full reports whether a very heavy write is in memory, to be flushed or compacted. One
// that cannot be asked is not.
func (t *engineTables) full(ctx context.Context) bool {
	if t == nil {
		return false
	}
	values, err := t.stats.AppendStats(ctx, nil)
	return err == nil && (values[t.at] > ordinaryTables || t.work.busy())
}

// settle waits until the engine has written out what it was given, and collects the
// garbage.
func (s *server) settle() {
	ctx, cancel := context.WithTimeout(s.waits, settleTime)
	defer cancel()
	tick := time.NewTicker(settleInterval)
	defer tick.Stop()
	for s.tables.full(ctx) {
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	debug.FreeOSMemory()
}
