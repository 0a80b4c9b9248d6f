package catalog

// Metrics of the checks behind the probes.
var (
	HealthCheckStatus = Metric{
		Name: "health.check.status", Kind: Gauge,
		Help:       "1 for the state that the check is in, 0 for the others",
		Attributes: []string{CheckName, CheckKind, CheckState}, Stability: Development, Source: fromHealth,
	}
	HealthCheckDuration = Metric{
		Name: "health.check.duration", Unit: "s", Kind: Gauge,
		Help:       "How long the last run of the check took",
		Attributes: []string{CheckName, CheckKind}, When: "once the check has run; not for heartbeats",
		Stability: Development, Source: fromHealth,
	}
	HealthCheckAge = Metric{
		Name: "health.check.age", Unit: "s", Kind: Gauge,
		Help:       "How old the last result of the check is",
		Attributes: []string{CheckName, CheckKind}, When: "once the check has run",
		Note:      "For a heartbeat it is the age of the last beat",
		Stability: Development, Source: fromHealth,
	}
	HealthReady = Metric{
		Name: "health.ready", Kind: Gauge,
		Help:       "1 while the probe is answered with yes, 0 while it is not",
		Attributes: []string{Probe}, Note: "A draining program is not ready",
		Stability: Development, Source: fromHealth,
	}
	HealthLogDropped = Metric{
		Name: "health.log.dropped", Unit: "{line}", Kind: Counter,
		Help:      "Log lines that the logger did not take",
		Stability: Development, Source: fromHealth,
	}
)
