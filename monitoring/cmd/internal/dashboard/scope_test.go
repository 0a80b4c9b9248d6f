package dashboard_test

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// scopes are deployments: with the objectives as they are, and with all of its own.
func scopes() map[string]*dashboard.Scope {
	own := byDefault()
	own.Matchers = []promql.Matcher{{Label: "env", Operator: "!~", Value: "dev|test"}}
	own.P99, own.Errors, own.Saturation, own.Lag, own.Disk, own.Capacity = 500*time.Microsecond, 0.002, 0.95, 90*time.Second, 0.7, 5000
	own.Timescale, own.Traces, own.Logs = 0.01, "", ""
	return map[string]*dashboard.Scope{"by default": byDefault(), "of its own": own}
}

func byDefault() *dashboard.Scope {
	return &dashboard.Scope{
		Scope: &alert.Scope{
			P99: objective.LatencyP99, Errors: objective.ErrorRatio, Saturation: objective.Saturation,
			Lag: objective.ReplicationLag, Disk: objective.DiskUsed,
		},
		Runbooks: "https://runbooks", Traces: "tempo", Logs: "loki",
	}
}
