package alert

import (
	"time"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

var engineFailed = Alert{
	Name: "KVEngineFailed",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		errors := func(kind catalog.ErrorKind) promql.Vector {
			return s.Increase(s.Series(catalog.Errors, promql.Is(catalog.ErrorType, string(kind))), window)
		}
		return []Level{{
			Severity: Critical, For: time.Minute, KeepFiring: 3 * window,
			Expr: s.known(s.Series(engine.Stat(kvdb.StatFailed))).Is(1).
				Or(errors(catalog.ErrEngineFailed).Sum(catalog.OperationName, catalog.ErrorType).Above(0)).
				Or(errors(catalog.ErrCorruption).Sum(catalog.OperationName).Above(0)),
		}}
	},
	Summary: "The engine of " + store + " has failed or its data is damaged, " + atInstance +
		": see the first error in the log, then restart the program",
	Description: "The engine is in a state that only opening the store again ends, or has met damaged data. It does not mend itself.",
	Fault:       "engine",
	Causes:      []string{"KVDiskFull"},
	Unexplained: []promql.Matcher{promql.Is(catalog.ErrorType, string(catalog.ErrCorruption))}, // no disk that is full damages data
}

var storeHung = Alert{
	Name: "KVStoreHung",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		return []Level{{
			Severity: Critical, For: time.Minute, KeepFiring: 2 * window,
			Expr: s.known(s.Series(catalog.InFlightOldestOwnAge)).Above(objective.OperationAge.Seconds()),
		}}
	},
	Summary: "An operation" + hanging + " on " + store + " has not ended for " + lasting + ", " + atInstance +
		": the line \"" + catalog.OperationHangs + "\" says where it waits",
	Description: "An operation is in flight for longer than callers wait. Its callers have left, and it may hold what others need.",
	Fault:       "hang",
	Objective:   []string{"OperationAge"},
	Causes:      []string{"KVEngineFailed", "KVDiskFull", "KVDiskSlow"},
}

var writeStalled = Alert{
	Name: "KVWriteStalled",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		stalled := s.Rate(s.Series(engine.Stat(kvdb.StatWriteStallTime)), window)
		return []Level{
			{Severity: Critical, For: 2 * time.Minute, KeepFiring: 2 * window, Expr: stalled.Above(objective.WriteStallCritical)},
			{Severity: Warning, For: 10 * time.Minute, KeepFiring: window, Expr: stalled.Above(objective.WriteStall)},
		}
	},
	Summary: "Writes to " + store + " are held back " + share + " of the time, " + atInstance +
		": compare the rate of writes with the compactions",
	Description: "The engine holds writes back because it cannot keep up with flushes and compactions.",
	Fault:       "stall",
	Objective:   []string{"WriteStall", "WriteStallCritical"},
	Causes:      []string{"KVDiskFull", "KVEngineFailed", "KVDiskSlow"},
}

var readTransactionOld = Alert{
	Name: "KVReadTransactionOld",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		return []Level{{
			Severity: Warning, For: 5 * time.Minute, KeepFiring: window,
			Expr: s.known(s.Series(engine.Stat("kvdb.engine.read_transaction.oldest_age"))).Above(objective.TransactionAge.Seconds()),
		}}
	},
	Summary: "A read transaction on " + store + " is open for " + lasting + ", " + atInstance +
		": find who holds it, since the file grows until it ends",
	Description: "While a read transaction is open, the engine can reuse no page that it may see, and the file grows.",
	Fault:       "oldread",
	Objective:   []string{"TransactionAge"},
}

var freelistBloated = Alert{
	Name: "KVFreelistBloated",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		return []Level{{
			Severity: Warning, For: 30 * time.Minute, KeepFiring: 30 * time.Minute,
			Expr: s.known(s.Series(engine.Stat("kvdb.engine.freelist.size"))).Above(objective.FreelistSize).
				And(promql.Same, s.freePages().Above(objective.FreelistShare)),
		}}
	},
	Summary: "Each commit to " + store + " writes a list of free pages of {{ $value | humanize1024 }}B, " + atInstance +
		": compact the file, or open it with NoFreelistSync",
	Description: "Most pages of the file are free or pending, and so many that each commit writes a large list of them. " +
		"The list shrinks only when the pages are used again or the file is compacted.",
	Fault:     "freelist",
	Objective: []string{"FreelistSize", "FreelistShare"},
}

// freePages is the share of a file that is free, or will be when read transactions have
// ended.
func (s *Scope) freePages() promql.Vector {
	last := func(name string) promql.Vector { return s.Last(s.Series(engine.Stat(name)), held) }
	return last("kvdb.engine.pages.free").Plus(last("kvdb.engine.pages.pending")).
		Multiplied(last("kvdb.engine.page.size")).Over(last("kvdb.engine.disk.size"))
}
