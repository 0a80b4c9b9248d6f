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
	// files yet. Without very heavy writes that is fewTables while it flushes as fast as
	// it is written to, and mostTables while it does not, which fault.OpenPebble allows. As
	// much is not from the budget, but from the engine's part of the memory.
	statTables = "kvdb.engine.memtable.size"
	fewTables  = 2
	mostTables = 4

	// settleTime is how long the server waits for an engine at most, and
	// settleInterval how often it looks.
	settleTime     = 10 * time.Second
	settleInterval = 10 * time.Millisecond
)

// engineTables tell what an engine has in memory that was written. Nil ones are of an
// engine that is done with a write when it says so. They are for the one write that
// has its turn.
type engineTables struct {
	stats  kvdb.StatsReader
	at     int     // among the statistics
	table  float64 // bytes of one of its tables
	before float64 // bytes that small writes may leave there
}

func newEngineTables(store kvdb.Store, table int) *engineTables {
	stats, ok := kvdb.As[kvdb.StatsReader](store)
	if !ok {
		return nil
	}
	at := slices.IndexFunc(stats.StatInfos(), func(i kvdb.StatInfo) bool { return i.Name == statTables })
	if at < 0 {
		return nil
	}
	return &engineTables{stats: stats, at: at, table: float64(table), before: fewTables * float64(table)}
}

// size returns how many bytes are in memory, if the engine can be asked.
func (t *engineTables) size(ctx context.Context) (bytes float64, ok bool) {
	values, err := t.stats.AppendStats(ctx, nil)
	if err != nil || t.at >= len(values) {
		return 0, false
	}
	return values[t.at], true
}

// mark comes before a very heavy write: others may have filled tables, and go on, so
// there is no sense in waiting for fewer than now.
func (t *engineTables) mark(ctx context.Context) {
	if t == nil {
		return
	}
	bytes, _ := t.size(ctx)
	t.before = min(max(bytes, fewTables*t.table), mostTables*t.table)
}

// full reports whether a very heavy write is in memory, to be flushed. One that cannot be
// asked is not.
func (t *engineTables) full(ctx context.Context) bool {
	if t == nil {
		return false
	}
	bytes, ok := t.size(ctx)
	return ok && bytes > t.before
}

// settle waits until the engine has written out what it was given, and collects the
// garbage.
func (s *server) settle() {
	ctx, cancel := context.WithTimeout(s.waits, settleTime)
	defer cancel()
	tick := time.NewTicker(settleInterval)
	defer tick.Stop()
	for ctx.Err() == nil && s.tables.full(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	debug.FreeOSMemory()
}
