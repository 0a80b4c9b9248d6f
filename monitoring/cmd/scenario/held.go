package scenario

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// heldScenarios are about what is not known any more: it counts as it was for so long, and
// ends with what says that it is there.
func heldScenarios() (all []scenario) {
	const minutes = 560
	for _, g := range []struct {
		alert, severity string
		series          func(values string) lane
		bad             float64
		wait, keep      int
		more            []lane
	}{
		{"KVDiskFull", "critical", func(v string) lane { return disk(a, v) }, 0.95, 1, 15, nil},
		{"KVEngineFailed", "critical", func(v string) lane { return on(a, stat(kvdb.StatFailed), v) }, 1, 1, 15, nil},
		{"KVStoreHung", "critical", func(v string) lane { return on(a, catalog.InFlightOldestOwnAge, v) }, 31, 1, 10, nil},
		{"KVReadTransactionOld", "warning", func(v string) lane { return on(a, stat("kvdb.engine.read_transaction.oldest_age"), v) }, 61, 5, 5, nil},
		{"KVFreelistBloated", "warning", func(v string) lane { return on(a, stat("kvdb.engine.freelist.size"), v) }, 300000, 30, 30, pages(a, 30720)},
	} {
		at := severityAt(g.severity)
		known := g.wait + 10
		all = append(all,
			scenario{
				alert: g.alert, shows: []string{missing, resolves},
				series: append([]lane{on(a, catalog.InFlight, still(0, minutes)), g.series(join(still(g.bad, known), "stale"))}, g.more...),
				checks: []check{{known + 300, at}, {known + 355, at}, {known + 365 + g.keep, ""}},
			},
			scenario{ // the store is gone, and its program still a target
				alert: g.alert, shows: []string{missing, resolves},
				series: append([]lane{
					on(a, catalog.InFlight, join(still(0, known), "stale")), g.series(still(g.bad, known+60)), up(a, still(1, known+60)),
				}, g.more...),
				checks: []check{{known + 2, at}, {known + g.keep + 8, ""}},
			})
	}
	memory := func(values string) lane {
		return of(a, catalog.Utilization, values, catalog.Resource, catalog.Memory)
	}
	connected := func(replica, values string) lane {
		return on(a, catalog.ReplicationConnected, values, catalog.Replica, replica)
	}
	lag := func(values string) lane { return on(a, catalog.ReplicationLag, values, catalog.Replica, "r1") }
	return append(all,
		scenario{
			alert: "KVSaturationHigh", shows: []string{missing},
			series: []lane{memory(join(still(0.95, 20), "stale")), of(a, catalog.Uptime, rising(60, 60, 500))},
			checks: []check{{370, "critical@a:1 warning@a:1"}, {395, ""}},
		},
		scenario{
			alert: "KVSaturationHigh", shows: []string{missing},
			series: []lane{memory(join(still(0.95, 20), "stale")), of(a, catalog.Uptime, join(rising(60, 60, 30), "stale")), up(a, still(1, 80))},
			checks: []check{{37, "critical@a:1 warning@a:1"}, {50, ""}},
		},
		scenario{ // a replica is missed for good, and another stays
			alert: "KVReplicaDisconnected", shows: []string{missing, resolves},
			series: append(present(200, a), connected("r1", join(still(1, 10), still(0, 5), "stale")), connected("r2", still(1, 200))),
			checks: []check{{13, "critical@a:1"}, {65, "critical@a:1"}, {80, ""}},
		},
		scenario{ // the store is gone meanwhile, and its program still a target
			alert: "KVReplicaDisconnected", shows: []string{missing, resolves},
			series: []lane{
				on(a, catalog.InFlight, join(still(0, 30), "stale")), up(a, still(1, 80)),
				connected("r1", join(still(1, 10), still(0, 5), "stale")), connected("r2", still(1, 80)),
			},
			checks: []check{{33, "critical@a:1"}, {45, ""}},
		},
		scenario{
			alert: "KVReplicationLagHigh", shows: []string{missing, resolves},
			series: []lane{connected("r1", still(1, 500)), lag(join(still(30, 10), "stale"))},
			checks: []check{{360, "critical@a:1"}, {380, ""}},
		},
		scenario{
			alert: "KVReplicationLagHigh", shows: []string{missing, resolves},
			series: []lane{connected("r1", join(still(1, 20), "stale")), up(a, still(1, 60)), lag(still(30, 60))},
			checks: []check{{22, "critical@a:1"}, {35, ""}},
		},
		scenario{ // the program does not answer any more, and is still a target
			alert: "KVNotReady", shows: []string{missing, resolves},
			series: []lane{of(a, catalog.HealthReady, join(still(0, 20), "stale"), catalog.Probe, "readiness"), up(a, still(1, 60))},
			checks: []check{{22, "critical@a:1"}, {35, ""}},
		},
		scenario{
			alert: "KVCheckUnknown", shows: []string{missing, resolves},
			series: []lane{
				of(a, catalog.HealthCheckStatus, join(still(1, 20), "stale"), catalog.CheckName, "database", catalog.CheckKind, "readiness", catalog.CheckState, "unknown"),
				up(a, still(1, 60)),
			},
			checks: []check{{22, "critical@a:1 warning@a:1"}, {45, ""}},
		})
}

func severityAt(severity string) string { return severity + "@" + a }
