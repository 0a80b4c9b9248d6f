package dashboard

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/monitoring/objective"
)

func (s *Scope) pebble() Row {
	own := ofEngine("pebble")
	hits, misses := s.growth("kvdb.engine.cache.hits", own), s.growth("kvdb.engine.cache.misses", own)
	return Row{ID: 400, Title: "Pebble", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 401, Title: "Writes held back", Unit: Share,
			Description: "The share of the time in which the engine holds writes back, because flushes and compactions do not keep up. Compare the rate of writes with compactions, and the disk.",
			Queries:     []Query{{Expr: s.growth(kvdb.StatWriteStallTime, own), Legend: itsStore}},
			Lines:       []Line{{"WriteStall", objective.WriteStall, Orange}, {"WriteStallCritical", objective.WriteStallCritical, Red}},
			Alerts:      []string{"KVWriteStalled"},
		},
		Panel{
			ID: 402, Title: "Stalls", Unit: CountsPerSec,
			Description: "How often the engine began to hold writes back. Many short ones can be smoothed by a larger memory table; long ones need a faster disk or fewer writes.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.write_stalls"), Legend: itsStore}},
			Alerts:      []string{"KVWriteStalled"},
		},
		Panel{
			ID: 403, Title: "Slow operations of the disk in ten minutes", Unit: Count,
			Description: "How often the disk took five seconds or longer. One can be a hiccup of a disk in a cloud; look at the disk and at who else uses it when there are more.",
			Queries:     []Query{{Expr: highest(s.Increase(s.store(engine.Stat("kvdb.engine.disk.slow")), slowDisk), alert.Instance, namespace).Call("round"), Legend: itsStore}},
			Lines:       []Line{{"DiskSlowCritical", objective.DiskSlowCritical, Red}},
			Alerts:      []string{"KVDiskSlow"},
		},
		Panel{
			ID: 404, Title: "Compactions and flushes", Unit: CountsPerSec,
			Description: "How often the engine merges files and writes memory tables to disk. None while writes go on means that it is stuck.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.compactions", own), Legend: "compactions " + itsStore},
				{Expr: s.growth("kvdb.engine.flushes"), Legend: "flushes " + itsStore},
			},
		},
		Panel{
			ID: 405, Title: "Failed compactions and flushes", Unit: CountsPerSec,
			Description: "They are tried again. Any that goes on means a disk that is full or broken: see the log.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.compaction.failures", own), Legend: "compactions " + itsStore},
				{Expr: s.growth("kvdb.engine.flush.failures", own), Legend: "flushes " + itsStore},
			},
			Alerts: []string{"KVEngineFailed", "KVDiskFull"},
		},
		Panel{
			ID: 406, Title: "Debt of compaction", Unit: Bytes,
			Description: "Bytes that the engine has to compact until its tree is in order. If it only rises, writes come faster than the disk can take them, and stalls follow.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.compaction.debt"), Legend: itsStore}},
			Alerts:      []string{"KVWriteStalled"},
		},
		Panel{
			ID: 407, Title: "Files that a read looks into", Unit: Count,
			Description: "Levels and sublevels that a read may have to look into, and those of level 0, of which too many stall writes. Reads get slower as it rises.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.read_amplification"), Legend: "a read " + itsStore},
				{Expr: s.stat("kvdb.engine.l0.sublevels"), Legend: "level 0 " + itsStore},
			},
		},
		Panel{
			ID: 408, Title: "Found in the cache", Unit: Share, Whole: true,
			Description: "The share of blocks that reads found in the block cache. If it falls while latency rises, the data that is in use no longer fits: give the cache more.",
			Queries:     []Query{{Expr: hits.Over(hits.Plus(misses).Above(0)), Legend: itsStore}},
		},
		Panel{
			ID: 409, Title: "Memory tables and log", Unit: Bytes,
			Description: "What is not flushed yet, in memory and in the write-ahead log. After a crash it has to be read again, so that a large log means a long start.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.memtable.size"), Legend: "memory " + itsStore},
				{Expr: s.stat("kvdb.engine.wal.size"), Legend: "log " + itsStore},
			},
		},
		Panel{
			ID: 410, Title: "Time of an fsync", Unit: Seconds,
			Description: "How long it takes on average to make the write-ahead log durable: each synced write waits for it. It is the disk's own latency.",
			Queries: []Query{{
				Expr:   s.growth("kvdb.engine.wal.fsync.time").Over(s.growth("kvdb.engine.wal.fsyncs").Above(0)),
				Legend: itsStore,
			}},
			Alerts: []string{"KVDiskSlow"},
		},
		Panel{
			ID: 411, Title: "Fsyncs", Unit: CountsPerSec,
			Description: "How often the write-ahead log is made durable. Writes that come at once share one.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.wal.fsyncs"), Legend: itsStore}},
		},
	)}
}
