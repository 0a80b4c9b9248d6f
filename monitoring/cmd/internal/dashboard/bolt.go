package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/objective"
)

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
