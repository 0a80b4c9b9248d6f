package scenario

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func disk(instance, values string) lane {
	return on(instance, catalog.Utilization, values, catalog.Resource, catalog.Disk)
}

func diskScenarios() []scenario {
	slow := stat("kvdb.engine.disk.slow")
	return []scenario{
		{
			alert: "KVDiskFull", shows: []string{fires, below, resolves, oneOfMany},
			series: append(present(60, a, b),
				disk(a, join(still(0.85, 10), still(0.95, 20), still(0.5, 30))), disk(b, still(0.9, 60))),
			checks: []check{{9, ""}, {12, "critical@a:1"}, {29, "critical@a:1"}, {45, ""}},
		},
		{ // it cannot be read any more, then the instance goes
			alert: "KVDiskFull", shows: []string{missing},
			series: append(present(300, a), disk(a, join(still(0.95, 10), none(350)))),
			checks: []check{{9, "critical@a:1"}, {60, "critical@a:1"}, {299, "critical@a:1"}, {330, ""}},
		},
		{
			alert: "KVDiskFilling", shows: []string{fires, below, resolves, oneOfMany},
			series: append(present(1200, a, b),
				disk(a, join(rising(0.5, 0.0004, 600), still(0.6, 600))), disk(b, rising(0.5, 0.0001, 1200))),
			checks: []check{{20, ""}, {60, "warning@a:1"}, {590, "warning@a:1"}, {1150, ""}},
		},
		{ // it was nearly full, and space has been made
			alert: "KVDiskFilling", shows: []string{resolves},
			series: append(present(600, a), disk(a, join(rising(0.6, 0.001, 270), still(0.6, 330)))),
			checks: []check{{269, "warning@a:1"}, {330, ""}, {400, ""}, {599, ""}},
		},
		{ // it was full, somebody was paged, and space has been made
			alert: "KVDiskFilling", shows: []string{resolves},
			series: append(present(600, a), disk(a, join(still(0.6, 120), rising(0.6, 0.018, 20), still(0.97, 30), still(0.6, 430)))),
			checks: []check{{145, ""}, {165, ""}, {190, ""}, {220, ""}, {300, ""}, {599, ""}},
		},
		{
			alert: "KVDiskFilling", shows: []string{missing},
			series: append(present(600, a), disk(a, join(rising(0.6, 0.0004, 300), none(300)))),
			checks: []check{{299, "warning@a:1"}, {420, "warning@a:1"}},
		},
		{
			alert: "KVDiskSlow", shows: []string{fires, resolves, oneOfMany},
			series: []lane{
				on(a, slow, join(still(0, 10), still(1, 40))),
				on(b, slow, join(still(0, 10), rising(1, 1, 10), still(10, 30))), on(c, slow, still(0, 50)),
			},
			checks: []check{{9, ""}, {11, ""}, {14, "critical@b:1"}, {16, "warning@a:1 critical@b:1 warning@b:1"}, {45, ""}},
		},
		{
			alert: "KVDiskSlow", shows: []string{below, reset, missing},
			series: []lane{
				on(a, slow, join(still(7, 20), still(0, 20))), on(b, slow, join(still(2, 20), none(10), still(2, 20))),
			},
			checks: []check{{15, ""}, {21, ""}, {30, ""}, {40, ""}},
		},
	}
}

func saturationScenarios() []scenario {
	cpu := func(instance, values string) lane {
		return of(instance, catalog.Utilization, values, catalog.Resource, catalog.CPU)
	}
	memory := func(instance, values string) lane {
		return of(instance, catalog.Utilization, values, catalog.Resource, catalog.Memory)
	}
	requests := func(instance, values string) lane {
		return on(instance, catalog.Requests, values, catalog.OperationName, string(catalog.Get), catalog.OutcomeAttribute, string(catalog.OK))
	}
	return []scenario{
		{
			alert: "KVSaturationHigh", shows: []string{fires, below, resolves, oneOfMany},
			series: []lane{
				cpu(a, join(still(0.5, 10), still(0.95, 30), still(0.5, 40))), memory(a, still(0.6, 80)),
				cpu(b, still(0.7, 80)), memory(b, still(0.3, 80)),
				cpu(c, still(0.1, 80)), memory(c, join(still(0.6, 10), still(0.95, 30), still(0.5, 40))),
			},
			checks: []check{{12, ""}, {30, "warning@a:1 critical@c:1 warning@c:1"}, {65, ""}},
		},
		{ // not known any more, for a program that is there, and then is not
			alert: "KVSaturationHigh", shows: []string{missing},
			series: []lane{memory(a, join(still(0.95, 20), none(200))), of(a, catalog.Uptime, rising(60, 60, 120))},
			checks: []check{{19, "critical@a:1 warning@a:1"}, {100, "critical@a:1 warning@a:1"}, {150, ""}},
		},
		{
			alert: "KVCapacityHigh", shows: []string{fires, below, resolves, oneOfMany},
			series: []lane{
				requests(a, join(rising(0, 57000, 40), rising(2280000, 30000, 40))), requests(b, rising(0, 53000, 80)),
			},
			checks: []check{{10, ""}, {30, "warning@a:1"}, {60, ""}},
		},
		{
			alert: "KVCapacityHigh", shows: []string{reset, missing},
			series: []lane{requests(a, join(rising(5e9, 50000, 20), none(10), rising(0, 50000, 30)))},
			checks: []check{{19, ""}, {25, ""}, {31, ""}, {45, ""}},
		},
	}
}
