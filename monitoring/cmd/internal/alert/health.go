package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// An instance that pushed is seen for five minutes after its end, with its last word: that it
// drained. To wait for less than both pages for every deployment.
const drained = 8 * time.Minute

var notReady = Alert{
	Name: "KVNotReady",
	Of:   Process,
	Levels: func(s *Scope) []Level {
		return []Level{{
			Severity: Critical, For: drained, KeepFiring: 2 * time.Minute,
			Expr: s.lately(s.Series(catalog.HealthReady, promql.Not(catalog.Probe, "startup"))).Is(0),
		}}
	},
	Summary: "The {{ $labels." + catalog.PrometheusLabel(catalog.Probe) + " }} probe says no, " + atInstance +
		": /readyz?verbose says which check fails",
	Description: "A program that runs gets no traffic, or is about to be restarted, because a check fails, " +
		"because it has not started yet, or because it drains and does not end.",
	Fault: "disk",
	Causes: []string{
		"KVDiskFull", "KVEngineFailed", "KVStoreHung", "KVReplicationLagHigh", "KVReplicaDisconnected", "KVErrorRatioHigh",
		"KVWriteStalled", "KVSaturationHigh", "KVDiskSlow", "KVRestarting", "KVCheckUnknown",
	},
}

var checkUnknown = Alert{
	Name: "KVCheckUnknown",
	Of:   Process,
	Levels: func(s *Scope) []Level {
		unknown := promql.Is(catalog.CheckState, "unknown")
		counts := promql.Matcher{Label: catalog.PrometheusLabel(catalog.CheckKind), Operator: "=~", Value: ".*(readiness|liveness).*"}
		return []Level{
			{
				Severity: Critical, For: 4 * time.Minute, KeepFiring: window,
				Expr:        s.lately(s.Series(catalog.HealthCheckStatus, unknown, counts)).Is(1),
				Description: "Its probe says no meanwhile.",
			},
			{
				Severity: Warning, For: 10 * time.Minute, KeepFiring: 2 * time.Minute,
				Expr: s.lately(s.Series(catalog.HealthCheckStatus, unknown)).Is(1),
			},
		}
	},
	Summary: "Nobody knows the state of check " + label(catalog.CheckName) + ", " + atInstance +
		": it hangs or has not run, see its line \"" + catalog.CheckChanged + "\"",
	Description: "A check hangs, has not run yet, or ran too long ago.",
	Fault:       "unknown",
	Causes:      []string{"KVStoreHung", "KVEngineFailed", "KVDiskFull", "KVDiskSlow"},
}
