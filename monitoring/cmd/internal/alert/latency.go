package alert

import (
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

var latencyHigh = Alert{
	Name: "KVLatencyHigh",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		return []Level{{
			Severity: Critical, For: soon, KeepFiring: window,
			Expr: s.quantile().Above(s.P99.Seconds()).
				And(promql.Same, s.enough(s.recorded(slowRate), window)),
		}}
	},
	Summary: "One in a hundred " + operation + " takes " + lasting + " or longer, " + store + ", " + atInstance +
		": see the evidence of the lines \"operation slow\"",
	Description: "The 99th percentile of the durations of an operation is above the objective. " +
		"Operations that contain the caller's own code are not meant.",
	Fault:     "slow",
	Objective: []string{"LatencyP99"},
	Causes:    []string{"KVEngineFailed", "KVDiskFull", "KVStoreHung", "KVDiskSlow", "KVWriteStalled", "KVSaturationHigh"},
}

// spendTime are alerts about stores that tell why a budget of slow operations is spent.
var spendTime = []string{"KVLatencyHigh", "KVEngineFailed", "KVDiskFull", "KVStoreHung", "KVDiskSlow", "KVWriteStalled"}

var latencyBudgetBurn = Alert{
	Name: "KVLatencyBudgetBurn",
	Of:   Service,
	Levels: func(s *Scope) []Level {
		return s.burn(serviceSlow, serviceTimed, append([]string{"KVLatencyBudgetBurn"}, spendTime...)...)
	},
	Summary: share + " of the operations on " + serviceStore + " take longer than the objective: the budget of a month is being spent, " +
		"see which operation is slow",
	Description: "So many operations are slower than the objective of latency that the budget for a month will not last.",
	Fault:       "slow",
	Objective:   []string{"LatencyP99", "Availability"},
	Causes:      append([]string{"KVSaturationHigh"}, spendTime...),
}
