package dashboard

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

var replica = catalog.PrometheusLabel(catalog.Replica)

// Fail-overs are statistics that package kvdb declares for engines that have any.
var (
	failovers    = catalog.Metric{Name: kvdb.StatFailovers, Unit: "{failover}", Kind: catalog.Counter}
	failoverTime = catalog.Metric{Name: kvdb.StatFailoverTime, Unit: "s", Kind: catalog.Counter}
)

func (s *Scope) replication() Row {
	item := legend(replica, namespace, alert.Instance)
	of := func(m catalog.Metric) promql.Vector {
		return highest(s.store(m), replica, namespace, alert.Instance)
	}
	grown := func(m catalog.Metric) promql.Vector {
		return s.events(s.store(m), namespace, alert.Instance)
	}
	return Row{ID: 600, Title: "Replication and fail-over", Folded: true, Panels: laid(12, 7,
		Panel{
			ID: 601, Title: "Lag of each replica", Unit: Seconds, Empty: "no replicas",
			Description: "How far a replica is behind. Reads from it are as old as that. Compare the rate of writes with the replica's disk and network. A line that ends is a lag that is not known.",
			Queries:     []Query{{Expr: of(catalog.ReplicationLag), Legend: item}},
			Lines:       s.lagLine(),
			Alerts:      []string{"KVReplicationLagHigh"},
		},
		Panel{
			ID: 602, Title: "Replicas", Kind: StateTimeline, Unit: Plain, Empty: "no replicas",
			Description: "Whether each replica is connected. One that is not gets no writes: see whether it runs and can reach the primary. A replica \"unknown\" means that the store cannot tell.",
			Queries:     []Query{{Expr: of(catalog.ReplicationConnected), Legend: item}},
			States:      []State{{Value: 0, Text: "not connected", Color: Red}, {Value: 1, Text: "connected", Color: Green}},
			Alerts:      []string{"KVReplicaDisconnected"},
		},
		Panel{
			ID: 603, Title: "Fail-overs", Unit: Count, Empty: "no engine tells",
			Description: "How often the primary of a store changed within a quarter of an hour. Several in a short time mean that primaries die or lose their connection again and again: see the engine's own log.",
			Queries:     []Query{{Expr: grown(failovers), Legend: itsStore}},
		},
		Panel{
			ID: 604, Title: "Time without a primary", Unit: Share, Empty: "no engine tells",
			Description: "The share of the time in which a store had no primary, so that writes to it failed or waited. If that is longer than callers can wait, see how soon its servers give a primary up, and whether a replica was ready to take over.",
			Queries:     []Query{{Expr: sum(rate(s.store(failoverTime)), namespace, alert.Instance), Legend: itsStore}},
		},
	)}
}
