package catalog

const fromHealth = "health"

// Metrics of the checks behind the probes.
var (
	HealthCheckStatus = Metric{
		Name: "health.check.status", Kind: Gauge,
		Help:       "1 for the state that the check is in, 0 for the others",
		Attributes: []string{CheckName, CheckState}, Stability: Development, Source: fromHealth,
	}
	HealthCheckDuration = Metric{
		Name: "health.check.duration", Unit: "s", Kind: Gauge,
		Help:       "How long the last run of the check took",
		Attributes: []string{CheckName}, When: "once the check has run",
		Stability: Development, Source: fromHealth,
	}
	HealthCheckAge = Metric{
		Name: "health.check.age", Unit: "s", Kind: Gauge,
		Help:       "How old the last result of the check is",
		Attributes: []string{CheckName}, When: "once the check has run",
		Stability: Development, Source: fromHealth,
	}
	HealthLogDropped = Metric{
		Name: "health.log.dropped", Unit: "{line}", Kind: Counter,
		Help:      "Log lines that the logger did not take",
		Stability: Development, Source: fromHealth,
	}
)

var healthMetrics = []Metric{HealthCheckStatus, HealthCheckDuration, HealthCheckAge, HealthLogDropped}
