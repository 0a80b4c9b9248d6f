package scenario

import "github.com/otelkv/otelkv/monitoring/catalog"

func replicationScenarios() []scenario {
	connected := func(instance, replica, values string) lane {
		return on(instance, catalog.ReplicationConnected, values, catalog.Replica, replica)
	}
	lag := func(instance, replica, values string) lane {
		return on(instance, catalog.ReplicationLag, values, catalog.Replica, replica)
	}
	const stale = "stale"
	return []scenario{
		{ // gone for ten minutes: the program names it for five, then it comes back
			alert: "KVReplicaDisconnected", shows: []string{fires, below, resolves, oneOfMany, missing},
			series: append(present(80, a, b),
				connected(a, "r1", join(still(1, 10), still(0, 5), stale, none(14), still(1, 40))), connected(a, "r2", still(1, 80)),
				connected(b, "r1", join(still(1, 10), still(0, 2), still(1, 60)))),
			checks: []check{{9, ""}, {11, ""}, {13, "critical@a:1"}, {25, "critical@a:1"}, {37, ""}},
		},
		{ // another comes in its place, and its name is forgotten
			alert: "KVReplicaDisconnected", shows: []string{resolves},
			series: append(present(80, a),
				connected(a, "r1", join(still(1, 10), still(0, 5), stale)), connected(a, "r2", join(none(15), still(1, 60)))),
			checks: []check{{9, ""}, {13, "critical@a:1"}, {22, ""}, {60, ""}},
		},
		{ // it was never there
			alert: "KVReplicaDisconnected", shows: []string{fires},
			series: append(present(30, a), connected(a, "unknown", still(0, 30))),
			checks: []check{{5, "critical@a:1"}, {29, "critical@a:1"}},
		},
		{
			alert: "KVReplicationLagHigh", shows: []string{fires, below, resolves, oneOfMany},
			series: []lane{
				connected(a, "r1", still(1, 60)), lag(a, "r1", join(still(0.1, 10), still(6, 10), still(0.1, 40))),
				connected(a, "r2", still(1, 60)), lag(a, "r2", still(4.9, 60)),
				connected(b, "r1", still(1, 60)), lag(b, "r1", still(5, 60)),
			},
			checks: []check{{9, ""}, {13, "critical@a:1"}, {19, "critical@a:1"}, {26, ""}},
		},
		{ // the lag is not known any more, then the replica is forgotten
			alert: "KVReplicationLagHigh", shows: []string{missing},
			series: []lane{connected(a, "r1", join(still(1, 10), still(0, 20), stale)), lag(a, "r1", join(still(30, 10), stale))},
			checks: []check{{9, "critical@a:1"}, {29, "critical@a:1"}, {45, ""}},
		},
		{ // the instance ends while a replica is behind, and is no target any more
			alert: "KVReplicationLagHigh", shows: []string{missing},
			series: []lane{connected(a, "r1", join(still(1, 10), stale)), lag(a, "r1", join(still(0, 9), still(30, 1), stale)), up(a, join(still(1, 10), stale))},
			checks: []check{{10, ""}, {12, ""}, {13, ""}, {14, ""}},
		},
	}
}
