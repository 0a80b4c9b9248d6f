package dashboard

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// engines are what the engines say of themselves. What all have is in the first row.
func (s *Scope) engines() []Row { return []Row{s.everyEngine(), s.pebble(), s.bolt()} }

// Legends of what a store or a process says of itself.
var (
	itsStore   = legend(namespace, alert.Instance)
	itsProcess = legend(alert.Instance)
)

// stat is a statistic of the chosen stores. Its name is one of kvdb's constants, or as
// the adapter declares it.
func (s *Scope) stat(name string) promql.Vector {
	return highest(s.store(engine.Stat(name)), alert.Instance, namespace)
}

// growth is what a counter of an engine adds a second.
func (s *Scope) growth(name string) promql.Vector {
	return sum(rate(s.store(engine.Stat(name))), alert.Instance, namespace)
}

func (s *Scope) everyEngine() Row {
	return Row{ID: 300, Title: "Engines", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 301, Title: "Engine failed", Kind: StateTimeline, Unit: Plain,
			Description: "Whether an engine takes no more writes until its store is opened again. See the first error in the log, then restart the program.",
			Queries:     []Query{{Expr: s.stat(kvdb.StatFailed), Legend: itsStore}},
			States:      []State{{Value: 0, Text: "works", Color: Green}, {Value: 1, Text: "failed", Color: Red}},
			Alerts:      []string{"KVEngineFailed"},
		},
		Panel{
			ID: 302, Title: "Size on disk", Unit: Bytes,
			Description: "The size of a store's files. What grows without more data is garbage that the engine cannot drop: see compactions, pending pages and old read transactions below.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.disk.size"), Legend: itsStore}},
			Alerts:      []string{"KVDiskFilling"},
		},
		Panel{
			ID: 303, Title: "Age of what engines say", Unit: Seconds,
			Description: "How old an engine's statistics are. They are read every ten seconds, and left out when they are older than half a minute: then the engine does not answer.",
			Queries:     []Query{{Expr: highest(s.store(catalog.StatsAge), alert.Instance, namespace), Legend: itsStore}},
		},
	)}
}

func (s *Scope) pebble() Row {
	hits, misses := s.growth("kvdb.engine.cache.hits"), s.growth("kvdb.engine.cache.misses")
	return Row{ID: 400, Title: "Pebble", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 401, Title: "Writes held back", Unit: Share,
			Description: "The share of the time in which the engine holds writes back, because flushes and compactions do not keep up. Compare the rate of writes with compactions, and the disk.",
			Queries:     []Query{{Expr: s.growth(kvdb.StatWriteStallTime), Legend: itsStore}},
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
			Queries:     []Query{{Expr: highest(s.Increase(s.store(engine.Stat("kvdb.engine.disk.slow")), tenMinutes), alert.Instance, namespace), Legend: itsStore}},
			Lines:       []Line{{"DiskSlowCritical", objective.DiskSlowCritical, Red}},
			Alerts:      []string{"KVDiskSlow"},
		},
		Panel{
			ID: 404, Title: "Compactions and flushes", Unit: CountsPerSec,
			Description: "How often the engine merges files and writes memory tables to disk. None while writes go on means that it is stuck.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.compactions"), Legend: "compactions " + itsStore},
				{Expr: s.growth("kvdb.engine.flushes"), Legend: "flushes " + itsStore},
			},
		},
		Panel{
			ID: 405, Title: "Failed compactions and flushes", Unit: CountsPerSec,
			Description: "They are tried again. Any that goes on means a disk that is full or broken: see the log.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.compaction.failures"), Legend: "compactions " + itsStore},
				{Expr: s.growth("kvdb.engine.flush.failures"), Legend: "flushes " + itsStore},
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

func (s *Scope) bolt() Row {
	pages := s.stat("kvdb.engine.pages.free").Plus(s.stat("kvdb.engine.pages.pending"))
	return Row{ID: 500, Title: "bbolt", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 501, Title: "Free pages, as a share of the file", Unit: Share, Whole: true,
			Description: "Pages that are free or will be when read transactions have ended. Above half, with a large list of them, copy the file to a new one.",
			Queries:     []Query{{Expr: pages.Multiplied(s.stat("kvdb.engine.page.size")).Over(s.stat("kvdb.engine.disk.size")), Legend: itsStore}},
			Lines:       []Line{{"FreelistShare", objective.FreelistShare, Orange}},
			Alerts:      []string{"KVFreelistBloated"},
		},
		Panel{
			ID: 502, Title: "List of free pages", Unit: Bytes,
			Description: "Each commit writes it whole. Above the line compact the file, or open it with NoFreelistSync.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.freelist.size"), Legend: itsStore}},
			Lines:       []Line{{"FreelistSize", objective.FreelistSize, Orange}},
			Alerts:      []string{"KVFreelistBloated"},
		},
		Panel{
			ID: 503, Title: "Free and pending pages", Unit: Count,
			Description: "Pages that can be written before the file grows, and pages that wait for a read transaction to end. If the latter rise, somebody holds one open.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.pages.free"), Legend: "free " + itsStore},
				{Expr: s.stat("kvdb.engine.pages.pending"), Legend: "pending " + itsStore},
			},
		},
		Panel{
			ID: 504, Title: "Oldest read transaction", Unit: Seconds,
			Description: "While one is open, no page that it may see is used again, and the file grows. Above the line find who holds it: a line of the log names the operation.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.read_transaction.oldest_age"), Legend: itsStore}},
			Lines:       []Line{{"TransactionAge", objective.TransactionAge.Seconds(), Orange}},
			Alerts:      []string{"KVReadTransactionOld"},
		},
		Panel{
			ID: 505, Title: "Open read transactions", Unit: Count,
			Description: "Those of other programs on the same handle included. A number that only rises is a leak.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.read_transactions"), Legend: itsStore}},
			Alerts:      []string{"KVReadTransactionOld"},
		},
		Panel{
			ID: 506, Title: "Pages written", Unit: CountsPerSec,
			Description: "How many pages commits write a second. Many pages for few writes mean that each commit is small: put several into one transaction.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.page.writes"), Legend: itsStore}},
		},
	)}
}
