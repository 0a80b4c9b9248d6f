package scenario

import "github.com/otelkv/otelkv/monitoring/catalog"

// calls are the operations of an instance, so many a minute well and so many badly.
func calls(instance string, well, badly string) []lane {
	get := string(catalog.Get)
	return []lane{
		on(instance, catalog.Requests, well, catalog.OperationName, get, catalog.OutcomeAttribute, string(catalog.OK)),
		on(instance, catalog.Requests, badly, catalog.OperationName, get, catalog.OutcomeAttribute, string(catalog.Error)),
		on(instance, catalog.Errors, badly, catalog.OperationName, get, catalog.ErrorType, string(catalog.ErrUnavailable)),
	}
}

// spread are errors of some operations: twelve of each in five minutes.
func spread() (all []lane) {
	for _, name := range []catalog.Operation{catalog.Get, catalog.Put, catalog.Delete} {
		badly := join(rising(0, 0, 10), rising(0, 2.4, 30), still(69.6, 20))
		all = append(all,
			on(a, catalog.Requests, rising(0, 100, 60), catalog.OperationName, string(name), catalog.OutcomeAttribute, string(catalog.OK)),
			on(a, catalog.Errors, badly, catalog.OperationName, string(name), catalog.ErrorType, string(catalog.ErrUnavailable)))
	}
	return all
}

// closed are operations on a store that was closed: the caller's fault.
func closed(instance, values string) []lane {
	get := string(catalog.Get)
	return []lane{
		on(instance, catalog.Requests, values, catalog.OperationName, get, catalog.OutcomeAttribute, string(catalog.Error)),
		on(instance, catalog.Errors, values, catalog.OperationName, get, catalog.ErrorType, string(catalog.ErrClosed)),
	}
}

func lanes(all ...[]lane) (list []lane) {
	for _, l := range all {
		list = append(list, l...)
	}
	return list
}

func errorScenarios() []scenario {
	const hours, days = 60, 24 * 60
	return []scenario{
		{
			alert: "KVErrorRatioHigh", shows: []string{fires, below, resolves, oneOfMany},
			series: lanes(
				calls(a, rising(0, 980, 60), join(still(0, 10), rising(0, 20, 20), still(380, 30))),
				calls(b, rising(0, 991, 60), rising(0, 9, 60)), calls(c, rising(0, 1000, 60), still(0, 60))),
			checks: []check{{9, ""}, {17, "critical@a:1"}, {29, "critical@a:1"}, {42, ""}},
		},
		{ // a call a minute fails; all calls fail since the store is closed
			alert: "KVErrorRatioHigh", shows: []string{lowTraffic},
			series: lanes(calls(a, still(0, 60), rising(0, 1, 60)), closed(b, rising(0, 1000, 60))),
			checks: []check{{10, ""}, {30, ""}, {59, ""}},
		},
		{ // it had errors long ago and starts again; its first errors come late
			alert: "KVErrorRatioHigh", shows: []string{reset, missing},
			series: lanes(
				calls(a, join(rising(5e6, 1000, 20), rising(0, 1000, 40)), join(still(5e5, 20), still(0, 40))),
				calls(b, rising(0, 1000, 60), none(60))),
			checks: []check{{15, ""}, {21, ""}, {25, ""}, {59, ""}},
		},
		{ // a scrape is missed while it fails
			alert: "KVErrorRatioHigh", shows: []string{missing},
			series: calls(a, join(rising(0, 900, 10), none(3), rising(11700, 900, 20)), join(rising(0, 100, 10), none(3), rising(1300, 100, 20))),
			checks: []check{{9, "critical@a:1"}, {12, "critical@a:1"}, {15, "critical@a:1"}, {30, "critical@a:1"}},
		},
		// Three operations fail, each hardly often enough until minute 39, and the service so
		// often that it shows longer. What explains it has to last until that ends.
		{
			alert: "KVErrorRatioHigh", shows: []string{resolves},
			series: spread(), checks: []check{{20, "critical@a:1"}, {44, "critical@a:1"}, {47, ""}},
		},
		{
			alert: "KVErrorBudgetBurn", shows: []string{resolves},
			series: spread(), checks: []check{{20, "critical"}, {42, "critical"}, {44, ""}},
		},
		{ // 0.8 %: below what fires at once; one of two instances, so 0.4 % of the service
			alert: "KVErrorBudgetBurn", shows: []string{fires, resolves},
			series: lanes(calls(a, rising(0, 992, 20*hours), join(rising(0, 8, 10*hours), still(4800, 10*hours)))),
			checks: []check{{8, "critical"}, {9 * hours, "critical"}, {10*hours + 20, ""}},
		},
		{
			alert: "KVErrorBudgetBurn", shows: []string{oneOfMany},
			series: lanes(calls(a, rising(0, 992, 20*hours), rising(0, 8, 20*hours)), calls(b, rising(0, 1000, 20*hours), still(0, 20*hours))),
			checks: []check{{30, ""}, {10 * hours, "warning"}},
		},
		{
			alert: "KVErrorBudgetBurn", shows: []string{below, lowTraffic},
			series: lanes(calls(a, rising(0, 10000, 10*hours), rising(0, 9, 10*hours)), closed(b, rising(0, 1000, 10*hours))),
			checks: []check{{8, ""}, {5 * hours, ""}, {10 * hours, ""}},
		},
		{
			alert: "KVErrorBudgetBurn", shows: []string{lowTraffic, reset, missing},
			series: lanes(calls(a, join(rising(1e6, 1, 5*hours), rising(0, 1, 5*hours)), join(still(1000, 5*hours-1), "1001", still(0, 5*hours)))),
			checks: []check{{5*hours + 2, ""}, {6 * hours, ""}, {10 * hours, ""}},
		},
		{ // an outage of ten minutes: one page, and nothing that follows it for hours
			alert: "KVErrorBudgetBurn", shows: []string{resolves},
			series: lanes(calls(a, join(rising(0, 1000, 2*hours), still(119000, 10), rising(119000, 1000, days)), join(still(0, 2*hours), rising(0, 1000, 10), still(9000, days)))),
			checks: []check{{2 * hours, ""}, {2*hours + 9, "critical"}, {2*hours + 30, ""}, {4 * hours, ""}, {6 * hours, ""}, {12 * hours, ""}, {20 * hours, ""}},
		},
	}
}
