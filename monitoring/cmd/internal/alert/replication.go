package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// connectedReplicas counts the replicas of a store of one instance.
const connectedReplicas = "store:kvdb_replication_connected:sum"

// A replica that is missed is forgotten by the program after five minutes. For an hour
// more it is remembered here, unless others have come in its place.
const missed = time.Hour

func replicationRecords(s *Scope) []Record {
	return []Record{{connectedReplicas, s.Series(catalog.ReplicationConnected).Sum(catalog.Replica)}}
}

var replicaDisconnected = Alert{
	Name: "KVReplicaDisconnected",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		connected := s.Series(catalog.ReplicationConnected)
		others := promql.Ignoring(catalog.Replica)
		replaced := s.recorded(connectedReplicas).NotLessThan(s.Over("max_over_time", s.recorded(connectedReplicas), missed))
		gone := s.Last(connected, missed).And(others, s.present()).Unless(others, replaced)
		return []Level{{
			Severity: Critical, For: 2 * time.Minute, KeepFiring: window,
			Expr: connected.Or(gone).Is(0),
		}}
	},
	Summary: "Replica " + label(catalog.Replica) + " of " + store + " is not connected, " + atInstance +
		": see whether it runs and can reach the primary",
	Description: "A replica that was there is not connected, or the store cannot tell. " +
		"One that is missed for good is named for an hour, unless another has come in its place.",
	Fault:  "replica",
	Causes: []string{"KVEngineFailed", "KVStoreHung"},
}

var replicationLagHigh = Alert{
	Name: "KVReplicationLagHigh",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		return []Level{{
			Severity: Critical, For: 2 * time.Minute, KeepFiring: 3 * time.Minute,
			Expr: s.Last(s.Series(catalog.ReplicationLag), held).
				And(promql.Same, s.lately(s.Series(catalog.ReplicationConnected))).
				Above(s.Lag.Seconds()),
		}}
	},
	Summary: "Replica " + label(catalog.Replica) + " of " + store + " is " + lasting + " behind, " + atInstance +
		": compare the rate of writes with the replica's disk and network",
	Description: "A replica is so far behind that reads from it are stale. A lag that is not known any more counts as it was.",
	Fault:       "lag",
	Objective:   []string{"ReplicationLag"},
	Causes:      []string{"KVReplicaDisconnected"},
}
