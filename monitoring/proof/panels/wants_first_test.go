package panels_test

import (
	"math"
	"time"
)

// The first screen. Its windows of five minutes are scaled to those of rates.
var (
	usual    = rated(one(all), checks) // of a kvserver
	errors10 = highest(shareOf(failed, operation("get"), 0), shareOf(failed, operation("put"), 0))
	slow300  = took(0.3, 1, all)
)

func firing(m *moment) (low, high float64) { return m.firing[m.world], m.firing[m.world] }

func severity(m *moment) (low, high float64) { return m.severity[m.world], m.severity[m.world] }

func turned(c *course) time.Time { return c.failed }

func init() {
	add("1A", want{job: "kv-errors", bounds: firing}, want{job: "lag", bounds: firing}, want{job: "kv-healthy", bounds: firing})
	add("2A", want{job: "disk", bounds: is(1)}, want{job: "kv-healthy", bounds: is(0)})
	add("3A", want{job: "kv-healthy", bounds: usual}, want{job: "idle", bounds: between(0, checks)})
	add("4A", want{job: "kv-errors", bounds: errors10}, want{job: "kv-healthy", bounds: is(0)})
	add("5A", want{job: "kv-slow", bounds: slow300})
	add("6A", want{job: "saturation", bounds: burnt}, want{job: "memory", bounds: between(0.9, 1)}, want{job: "disk", bounds: between(1e-6, 0.9)})
	add("7A", want{job: "disk", bounds: is(0.95)})
	add("8A", want{job: "lag", bounds: is(30)}, want{job: "replica", bounds: is(-1)}, want{job: "healthy", bounds: is(0.02)})

	add("11A",
		want{job: "kv-healthy", of: "db_operation_name=get", bounds: rateOf(operation("get"))},
		want{job: "kv-healthy", of: "db_operation_name=put", bounds: rateOf(operation("put"))},
		want{job: "kv-errors", of: "db_operation_name=put", bounds: rateOf(operation("put"))},
		want{job: "kv-healthy", sum: true, bounds: usual})
	add("12A",
		want{job: "kv-errors", of: "db_operation_name=get", bounds: shareOf(failed, operation("get"), 0)},
		want{job: "kv-errors", of: "db_operation_name=put", bounds: shareOf(failed, operation("put"), 0)},
		want{job: "kv-healthy", bounds: is(0)})
	add("13A", want{job: "kv-slow", bounds: took(0, 0.75, all)})
	add("13B", want{job: "kv-slow", bounds: took(0, 1, all)})
	add("13C", want{job: "kv-slow", bounds: slow300})
	add("14A",
		want{job: "saturation", of: "kvdb_resource=cpu", bounds: burnt},
		want{job: "saturation", of: "kvdb_resource=memory", bounds: between(1e-6, 0.9)},
		want{job: "memory", of: "kvdb_resource=memory", bounds: between(0.9, 1)},
		want{job: "disk", of: "kvdb_resource=disk", bounds: is(0.95)})

	add("21A",
		want{job: "kv-healthy", bounds: is(0)}, want{job: "kv-errors", bounds: is(1)}, want{job: "kv-slow", bounds: is(1)},
		want{job: "hang", bounds: is(1)}, want{job: "lag", bounds: is(1)}, want{job: "replica", bounds: is(1)},
		want{job: "disk", bounds: is(1)}, want{job: "engine", bounds: between(2, 3)}, want{job: "stopped", bounds: is(100)})
	add("21B", want{job: "disk", bounds: is(0)}, want{job: "kv-healthy", bounds: is(1)})
	add("21C", want{job: "kv-healthy", bounds: usual})
	add("21D",
		want{job: "kv-errors", of: "failing=*", bounds: errors10},
		want{job: "kv-healthy", bounds: is(0)})
	add("21E",
		want{job: "kv-slow", of: "slowest=*", bounds: slow300},
		want{job: "hang", of: "slowest=*", bounds: is(-1)})
	add("21F", want{job: "hang", bounds: since(turned, 0)}, want{job: "disk", bounds: between(0, 5)})
	add("21G", want{job: "disk", bounds: is(0.95)})
	add("21H", want{job: "lag", bounds: is(30)}, want{job: "replica", bounds: is(-1)})
	add("22A", want{job: "kv-errors", sum: true, bounds: severity},
		want{job: "disk", of: "alertname=KVDiskFull,instance=*", bounds: is(2)},
		want{job: "replica", of: "alertname=KVReplicaDisconnected,db_namespace=quickstart", bounds: is(2)})

	add("101A", want{job: "kv-healthy", of: "le=", bounds: rateOf(all)}, want{job: "kv-healthy", of: "le=+Inf", bounds: rateOf(all)})
	add("102A", byOperation(took(0.3, 1, operation("get")), took(0.3, 1, operation("put")), want{job: "kv-slow"})...)
	add("102A", byOperation(took(0, 0.75, operation("get")), took(0, 0.75, operation("put")), want{job: "kv-slow", quantile: "0.5"})...)
	add("102A", want{job: "slow", not: "db_operation_name=scan", of: "db_operation_name=get", bounds: bucketed(0.3, 3)})
	add("103A", want{job: "healthy", not: "db_operation_name=get", of: "db_operation_name=scan", bounds: between(1e-6, 10)})
	add("104A", byOperation(slowShare(operation("get"), 0), slowShare(operation("put"), 0), want{job: "kv-slow"})...)
	add("105A", byOperation(summary(took(0.3, 1, operation("get"))), summary(took(0.3, 1, operation("put"))), want{job: "kv-slow"})...)
	add("105A", byOperation(summary(took(0, 0.75, operation("get"))), summary(took(0, 0.75, operation("put"))), want{job: "kv-slow", quantile: "0.5"})...)
	add("106A",
		want{job: "kv-errors", of: "kvdb_outcome=error", bounds: rateOf(failed)},
		want{job: "canceled", of: "kvdb_outcome=canceled", bounds: between(8, 60)},
		want{job: "conflicts", of: "kvdb_outcome=conflict", bounds: between(8, 60)})
	add("107A",
		want{job: "kv-errors", of: "db_operation_name=get,error_type=unavailable", bounds: rateOf(both(failed, operation("get")))},
		want{job: "kv-errors", of: "db_operation_name=put,error_type=unavailable", bounds: rateOf(both(failed, operation("put")))})
	add("108A", want{job: "canceled", of: "db_operation_name=get", bounds: between(0.1, 0.6)}, want{job: "conflicts", bounds: is(0)})
	add("109A", want{job: "conflicts", of: "db_operation_name=BATCH delete", bounds: is(1)}, want{job: "canceled", bounds: is(0)})
	add("110A", want{job: "hang", bounds: between(1, 7)})
	add("111A", want{job: "hang", bounds: since(turned, 0)})
	add("111B", want{job: "hang", bounds: since(turned, 0)})
	add("112A", want{job: "kv-healthy", bounds: rated(sent, 0)})
	add("112B", want{job: "kv-healthy", bounds: rated(got, 0)})
	add("113A", byOperation(sized(sentBytes, operation("get")), sized(sentBytes, operation("put")), want{job: "kv-healthy"})...)
	add("114A", want{job: "kv-healthy", of: "db_operation_name=get", bounds: sized(gotBytes, operation("get"))})
	add("115A", want{job: "healthy", of: "db_operation_name=BATCH put", bounds: is(4)}, want{job: "healthy", of: "db_operation_name=BATCH", bounds: between(2, 3)})

	life := 2 * time.Minute // an hour
	add("201A", want{job: "kv-errors", rates: life, bounds: shareOf(failed, all, checks)}, want{job: "kv-healthy", bounds: is(0)})
	add("202A", want{job: "kv-slow", rates: life, bounds: widened(slowShare(all, checks))}, want{job: "disk", bounds: between(0, 0.5)})
	add("203A", want{job: "kv-healthy", bounds: usual})
	add("203B", want{job: "kv-healthy", bounds: between(rate/4, rate*0.6)})
	add("203C", want{job: "kv-healthy", bounds: between(rate/20, rate*0.6)})
	add("203D", want{job: "kv-healthy", bounds: between(rate/20, rate*0.12)})
	add("204A", want{job: "kv-healthy", bounds: usual})
	add("205A", want{job: "disk", bounds: is(0.95)})
	add("205B", want{job: "fulldisk", bounds: is(1)})
}

// widened allows for a mean of ratios where the ratio of sums is known.
func widened(b bounds) bounds {
	return func(m *moment) (float64, float64) {
		low, high := b(m)
		return low / 2, math.Min(1, high*1.5)
	}
}
