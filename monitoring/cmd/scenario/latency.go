package scenario

import (
	"fmt"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// timed are operations of an instance in classic buckets, so many a minute within the
// objective and so many of two to five times as long.
func timed(instance string, operation catalog.Operation, minutes int, quick, slow float64) []lane {
	m := catalog.OperationDuration
	buckets := func(le string, perMinute float64) lane {
		l := on(instance, m, rising(0, perMinute, minutes), catalog.OperationName, string(operation), "le", le)
		l.name = m.PrometheusName() + "_bucket" + l.name[len(m.PrometheusName()):]
		return l
	}
	count := on(instance, m, rising(0, quick+slow, minutes), catalog.OperationName, string(operation))
	count.name = m.PrometheusName() + "_count" + count.name[len(m.PrometheusName()):]
	return []lane{buckets("0.05", 0), buckets("0.1", quick), buckets("0.5", quick+slow), buckets("+Inf", quick+slow), count}
}

// nhcb are the same as Prometheus 3 converts them: a native histogram with the bounds.
func nhcb(instance string, operation catalog.Operation, minutes int, quick, slow float64) []lane {
	return []lane{on(instance, catalog.OperationDuration, fmt.Sprintf(
		"{{schema:-53 sum:0 count:0 custom_values:[0.05 0.1 0.5] buckets:[0 0 0 0]}}+{{schema:-53 sum:1 count:%g custom_values:[0.05 0.1 0.5] buckets:[0 %g %g 0]}}x%d",
		quick+slow, quick, slow, minutes-1), catalog.OperationName, string(operation))}
}

// exponential are the same in a native histogram: 62.5 to 125 ms is a bucket, so what is
// quick lies below, and what is slow above.
func exponential(instance string, operation catalog.Operation, minutes int, quick, slow float64) []lane {
	return []lane{on(instance, catalog.OperationDuration, fmt.Sprintf(
		"{{schema:0 sum:0 count:0 offset:-4 buckets:[0 0 0]}}+{{schema:0 sum:1 count:%g offset:-4 buckets:[%g 0 %g]}}x%d",
		quick+slow, quick, slow, minutes-1), catalog.OperationName, string(operation))}
}

func latencyScenarios() (all []scenario) {
	const hours = 60
	for _, world := range []struct {
		native bool
		timed  func(string, catalog.Operation, int, float64, float64) []lane
	}{{false, timed}, {true, nhcb}, {true, exponential}} {
		all = append(all,
			scenario{ // a slow scan is the caller's own
				alert: "KVLatencyHigh", native: world.native, shows: []string{fires, below, oneOfMany},
				series: lanes(world.timed(a, catalog.Get, 30, 980, 20), world.timed(b, catalog.Get, 30, 991, 9),
					world.timed(c, catalog.Get, 30, 1000, 0), world.timed(c, catalog.Scan, 30, 0, 1000)),
				checks: []check{{2, ""}, {8, "critical@a:1"}, {29, "critical@a:1"}},
			},
			scenario{ // one in two is slow, and there are two a minute; idle, then gone
				alert: "KVLatencyHigh", native: world.native, shows: []string{lowTraffic, missing},
				series: lanes(world.timed(a, catalog.Get, 30, 1, 1), world.timed(b, catalog.Get, 30, 0, 0)),
				checks: []check{{10, ""}, {29, ""}, {40, ""}},
			},
			scenario{ // both
				alert: "KVLatencyBudgetBurn", native: world.native, shows: []string{fires, below},
				series: lanes(world.timed(a, catalog.Get, 2*hours, 992, 8), world.timed(a, catalog.Put, 2*hours, 0, 0),
					world.timed(b, catalog.Scan, 2*hours, 0, 1000)),
				checks: []check{{10, "critical"}, {2*hours - 1, "critical"}},
			},
			scenario{
				alert: "KVLatencyBudgetBurn", native: world.native, shows: []string{below, lowTraffic, missing},
				series: lanes(world.timed(a, catalog.Get, 5*hours, 10000, 9), world.timed(b, catalog.Put, 5*hours, 0, 0)),
				checks: []check{{10, ""}, {hours, ""}, {5 * hours, ""}},
			},
		)
	}
	m := catalog.OperationDuration
	bucket := func(instance, values, le string) lane {
		l := on(instance, m, values, catalog.OperationName, string(catalog.Get), "le", le)
		l.name = m.PrometheusName() + "_bucket" + l.name[len(m.PrometheusName()):]
		return l
	}
	changing := func(instance, quick, everything string) []lane {
		count := on(instance, m, everything, catalog.OperationName, string(catalog.Get))
		count.name = m.PrometheusName() + "_count" + count.name[len(m.PrometheusName()):]
		return []lane{bucket(instance, quick, "0.1"), bucket(instance, everything, "0.5"), bucket(instance, everything, "+Inf"), count}
	}
	return append(all,
		scenario{
			alert: "KVLatencyHigh", shows: []string{resolves, reset},
			series: lanes(
				changing(a, join(rising(0, 900, 20), rising(18000, 1000, 30)), join(rising(0, 1000, 20), rising(20000, 1000, 30))),
				changing(b, join(rising(5e5, 1000, 20), rising(0, 1000, 30)), join(rising(9e5, 1000, 20), rising(0, 1000, 30)))),
			checks: []check{{15, "critical@a:1"}, {22, "critical@a:1"}, {30, ""}, {49, ""}},
		},
		scenario{
			alert: "KVLatencyBudgetBurn", shows: []string{resolves, reset, oneOfMany},
			series: lanes(
				changing(a, join(rising(0, 992, 2*hours), rising(119040, 1000, 8*hours)), join(rising(0, 1000, 2*hours), rising(120000, 1000, 8*hours))),
				changing(b, join(rising(5e5, 1000, hours), rising(0, 1000, 9*hours)), join(rising(9e5, 1000, hours), rising(0, 1000, 9*hours)))),
			checks: []check{{30, ""}, {2*hours - 1, "warning"}, {9 * hours, ""}},
		},
		scenario{ // both: it starts again as it fails
			alert: "KVLatencyBudgetBurn", shows: []string{reset},
			series: changing(a, join(rising(5e5, 992, hours), rising(0, 992, hours)), join(rising(5e5, 1000, hours), rising(0, 1000, hours))),
			checks: []check{{hours - 1, "critical"}, {hours + 3, "critical"}, {2*hours - 1, "critical"}},
		},
	)
}
