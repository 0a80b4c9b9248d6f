package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// outcomes is the share of an operation's calls that end in an outcome.
func (s *Scope) outcome(o catalog.Outcome) (ratio, rate promql.Vector) {
	rate = s.Rate(s.Series(catalog.Requests, promql.Is(catalog.OutcomeAttribute, string(o))), window).Sum(catalog.OutcomeAttribute)
	return rate.Over(s.recorded(requestsRate)), rate
}

var canceledHigh = Alert{
	Name: "KVCanceledHigh",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		ratio, rate := s.outcome(catalog.Canceled)
		return []Level{{
			Severity: Warning, For: 10 * time.Minute, KeepFiring: window,
			Expr: ratio.Above(objective.CanceledRatio).And(promql.Same, s.enough(rate, window)),
		}}
	},
	Summary: share + " of the callers of " + operation + " on " + store + " do not wait for the answer, " + atInstance +
		": compare their deadlines with the duration of the operation",
	Description: "Callers give operations up before they end. They are not errors of the store, but callers do that when it is slow.",
	Fault:       "canceled",
	Objective:   []string{"CanceledRatio"},
	Causes:      []string{"KVStoreHung", "KVLatencyHigh", "KVErrorRatioHigh"},
}

var conflictsHigh = Alert{
	Name: "KVConflictsHigh",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		ratio, rate := s.outcome(catalog.Conflict)
		return []Level{{
			Severity: Warning, For: 10 * time.Minute, KeepFiring: window,
			Expr: ratio.Above(objective.ConflictRatio).And(promql.Same, s.enough(rate, window)),
		}}
	},
	Summary: share + " of " + operation + " on " + store + " lose to another one, " + atInstance +
		": find the keys that many write at once",
	Description: "Many updates lose to others and have to be tried again, which costs time and work.",
	Fault:       "conflicts",
	Objective:   []string{"ConflictRatio"},
	Causes:      []string{"KVErrorRatioHigh"},
}

var trafficDropped = Alert{
	Name: "KVTrafficDropped",
	Of:   Service,
	Levels: func(s *Scope) []Level {
		now := s.recorded(serviceRequests)
		usual := s.Over("quantile_over_time", now, time.Hour, 0.5)
		earlier := s.Over("quantile_over_time", now, 3*time.Hour, 0.2)
		high := s.Over("quantile_over_time", now, day, 0.9)
		return []Level{{
			Severity: Warning, For: 10 * time.Minute,
			Expr: now.LessThan(usual.Times(objective.TrafficLeft)).
				And(promql.Same, now.LessThan(earlier.Times(objective.TrafficLeft))).
				And(promql.Same, usual.Above(objective.TrafficMin)).
				And(promql.Same, earlier.NotLessThan(high.Times(objective.TrafficShare))),
		}}
	},
	Summary: "Only {{ $value | humanize }} operations a second arrive at " + serviceStore +
		", less than half of what was usual: see whether callers still reach it",
	Description: "The traffic has dropped at once to less than half of what it was most of the last hour and nearly all of the last three. " +
		"A slow decline, as at night, and the end of a batch do not count. It resolves when the new rate has become usual.",
	Fault:     "idle",
	Objective: []string{"TrafficLeft", "TrafficMin", "TrafficShare"},
	Causes:    []string{"KVStoreHung", "KVEngineFailed", "KVNotReady", "KVTelemetryAbsent", "KVRestarting"},
}
