package dashboard

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/objective"
)

func (s *Scope) badger() Row {
	own := ofEngine("badger")
	hits, misses := s.growth("kvdb.engine.cache.hits", own), s.growth("kvdb.engine.cache.misses", own)
	return Row{ID: 1700, Title: "Badger", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 1701, Title: "Writes held back", Unit: Share,
			Description: "The share of the time in which writes wait, because all memory tables are full and their flushes do not keep up. Reads that come meanwhile wait, too. Compare the rate of writes with compactions, and the disk.",
			Queries:     []Query{{Expr: s.growth(kvdb.StatWriteStallTime, own), Legend: itsStore}},
			Lines:       []Line{{"WriteStall", objective.WriteStall, Orange}, {"WriteStallCritical", objective.WriteStallCritical, Red}},
			Alerts:      []string{"KVWriteStalled"},
		},
		Panel{
			ID: 1702, Title: "Flushes held back by level 0", Unit: Share,
			Description: "The share of the time in which memory tables are not flushed, because level 0 is full. Badger tells of what took more than a second, when it is over: a long one is a peak. Writes go on until all memory tables are full.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.l0.stall.time"), Legend: itsStore}},
			Alerts:      []string{"KVWriteStalled"},
		},
		Panel{
			ID: 1703, Title: "Times that level 0 was full", Unit: CountsPerSec,
			Description: "How often level 0 held flushes back for more than a second. Any says that compactions do not keep up: more compactors, a faster disk or fewer writes help.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.l0.stalls"), Legend: itsStore}},
			Alerts:      []string{"KVWriteStalled"},
		},
		Panel{
			ID: 1704, Title: "Tables", Unit: Count,
			Description: "Tables of the tree, and those of level 0, into each of which a read may have to look. At NumLevelZeroTablesStall, 15 by default, level 0 holds flushes back.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.tables"), Legend: "all " + itsStore},
				{Expr: s.stat("kvdb.engine.l0.tables"), Legend: "level 0 " + itsStore},
			},
		},
		Panel{
			ID: 1705, Title: "Score of the fullest level", Unit: Plain,
			Description: "How far the fullest level is above its target. Above 1 a compaction is due; if it only rises, compactions do not keep up with the writes.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.compaction.score"), Legend: itsStore}},
			Alerts:      []string{"KVWriteStalled"},
		},
		Panel{
			ID: 1706, Title: "Compactions", Unit: CountsPerSec,
			Description: "How often the engine merges tables. None while level 0 grows means that it is stuck.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.compactions", own), Legend: itsStore}},
		},
		Panel{
			ID: 1707, Title: "Failed compactions and flushes", Unit: CountsPerSec,
			Description: "They are tried again, flushes each second, and writes are refused meanwhile. Any that goes on means a disk that is full or broken: see the log.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.compaction.failures", own), Legend: "compactions " + itsStore},
				{Expr: s.growth("kvdb.engine.flush.failures", own), Legend: "flushes " + itsStore},
			},
			Alerts: []string{"KVEngineFailed", "KVDiskFull"},
		},
		Panel{
			ID: 1708, Title: "Found in the cache", Unit: Share, Whole: true,
			Description: "The share of blocks that reads found in the block cache. If it falls while latency rises, the data that is in use no longer fits: give the cache more.",
			Queries:     []Query{{Expr: hits.Over(hits.Plus(misses).Above(0)), Legend: itsStore}},
			Empty:       "no reads of tables",
		},
		Panel{
			ID: 1709, Title: "Conflicts", Unit: CountsPerSec,
			Description: "Transactions that lost to another one. Updates and swaps run again, up to a hundred times, so that callers may see only that they are slow: find the keys that many write at once.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.transaction.conflicts"), Legend: itsStore}},
			Alerts:      []string{"KVConflictsHigh"},
		},
		Panel{
			ID: 1710, Title: "Tree and value log", Unit: Bytes,
			Description: "The sizes of the tables and of the log of large values. What is neither is the log of memory tables.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.lsm.size"), Legend: "tree " + itsStore},
				{Expr: s.stat("kvdb.engine.value_log.size"), Legend: "value log " + itsStore},
			},
			Alerts: []string{"KVDiskFilling"},
		},
		Panel{
			ID: 1711, Title: "Garbage in the value log", Unit: Bytes,
			Description: "Values that compactions have found replaced. If it only rises, nobody collects it: set GarbageInterval, and see whether a notice says that garbage is kept because of damage.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.value_log.garbage"), Legend: itsStore}},
			Alerts:      []string{"KVDiskFilling"},
		},
		Panel{
			ID: 1712, Title: "Files that the collector rewrote", Unit: CountsPerSec,
			Description: "Files of the value log that were rewritten without their garbage, and those that could not be: see the log for why.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.value_log.rewrites"), Legend: "rewritten " + itsStore},
				{Expr: s.growth("kvdb.engine.value_log.rewrite.failures"), Legend: "failed " + itsStore},
			},
		},
	)}
}
