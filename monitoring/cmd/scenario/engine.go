package scenario

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// times are how long an alert waits before it fires, and goes on firing behind, in minutes.
type times struct{ wait, keep int }

// gauge are the scenarios of an alert on a gauge of a store that is held while it
// cannot be told: fires two minutes after wait at the earliest.
func gauge(alert, severity string, m catalog.Metric, low, high float64, t times) []scenario {
	wait, keep := t.wait, t.keep
	return []scenario{
		{
			alert: alert, shows: []string{fires, below, resolves, oneOfMany},
			series: append(present(20+2*wait+2*keep, a, b),
				on(a, m, join(still(low, 10), still(high, wait+5), still(low, 2*keep+20))), on(b, m, still(low, 20+2*wait+2*keep))),
			checks: []check{
				{9, ""}, {9 + wait, ""}, {12 + wait, severity + "@a:1"}, {14 + wait, severity + "@a:1"}, {17 + wait + keep, ""},
			},
		},
		{ // a scrape is missed, then the value is not known, then the program is gone
			alert: alert, shows: []string{missing},
			series: []lane{
				on(a, catalog.InFlight, join(still(0, wait), "stale", none(2), still(0, 100))),
				on(a, m, join(still(high, wait), "stale", none(2), still(high, 10), none(200))),
				up(a, join(still(1, wait), still(0, 3), still(1, 100))),
			},
			checks: []check{{wait + 2, severity + "@a:1"}, {wait + 10, severity + "@a:1"}, {wait + 90, severity + "@a:1"}, {wait + 120 + keep, ""}},
		},
		{ // an instance ends while it is bad, and is no target any more
			alert: alert, shows: []string{missing},
			series: []lane{
				on(a, catalog.InFlight, join(still(0, 10), "stale")),
				on(a, m, join(still(low, 9), still(high, 1), "stale")), up(a, join(still(1, 10), "stale")),
			},
			checks: []check{{9 + wait, ""}, {10 + wait, ""}, {12 + wait, ""}, {14 + wait, ""}},
		},
	}
}

func engineScenarios() []scenario {
	failed := stat(kvdb.StatFailed)
	stalled := stat(kvdb.StatWriteStallTime)
	corrupt := func(instance, values string) lane {
		return on(instance, catalog.Errors, values, catalog.OperationName, string(catalog.Get), catalog.ErrorType, string(catalog.ErrCorruption))
	}
	all := []scenario{
		{
			alert: "KVEngineFailed", shows: []string{fires, below, reset, resolves, oneOfMany},
			series: []lane{
				corrupt(a, join(still(0, 10), still(1, 30))), corrupt(b, join(still(3, 10), still(0, 10), still(0, 20))),
				on(c, failed, still(0, 40)),
			},
			checks: []check{{9, ""}, {12, "critical@a:1"}, {35, ""}},
		},
		{
			alert: "KVWriteStalled", shows: []string{fires, below, resolves, oneOfMany},
			series: []lane{
				on(a, stalled, join(rising(0, 0, 10), rising(0, 7, 20), still(133, 30))),
				on(b, stalled, join(rising(0, 0, 10), rising(0, 1.2, 20), still(22.8, 30))), on(c, stalled, rising(0, 0.5, 60)),
			},
			// Operations are slow in a window until minute 34, and KVLatencyHigh ends at 39.
			checks: []check{{9, ""}, {18, "critical@a:1"}, {29, "critical@a:1 warning@a:1 warning@b:1"}, {39, "critical@a:1"}, {45, ""}},
		},
		{
			alert: "KVWriteStalled", shows: []string{reset, missing},
			series: []lane{on(a, stalled, join(still(900, 20), still(0, 20))), on(b, stalled, join(still(900, 20), none(8), still(900, 20)))},
			checks: []check{{15, ""}, {24, ""}, {30, ""}, {39, ""}},
		},
	}
	all = append(all, gauge("KVEngineFailed", "critical", failed, 0, 1, times{1, 15})...)
	all = append(all, gauge("KVStoreHung", "critical", catalog.InFlightOldestOwnAge, 29, 31, times{1, 10})...)
	all = append(all, gauge("KVReadTransactionOld", "warning", stat("kvdb.engine.read_transaction.oldest_age"), 59, 61, times{5, 5})...)
	bloated := gauge("KVFreelistBloated", "warning", stat("kvdb.engine.freelist.size"), 262144, 300000, times{30, 30})
	for i := range bloated { // 60 % of 200 MiB
		bloated[i].series = append(bloated[i].series, lanes(pages(a, 30720), pages(b, 30720))...)
	}
	all = append(all, bloated...)
	return append(all, scenario{ // half of the file
		alert: "KVFreelistBloated", shows: []string{below},
		series: lanes(present(60, a), pages(a, 25600), []lane{on(a, stat("kvdb.engine.freelist.size"), still(300000, 60))}),
		checks: []check{{59, ""}},
	})
}

// pages are a file of 200 MiB, so many pages of which are free.
func pages(instance string, free float64) []lane {
	const long = 200
	return []lane{
		on(instance, stat("kvdb.engine.pages.free"), still(free-100, long)), on(instance, stat("kvdb.engine.pages.pending"), still(100, long)),
		on(instance, stat("kvdb.engine.page.size"), still(4096, long)), on(instance, stat("kvdb.engine.disk.size"), still(200<<20, long)),
	}
}
