package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

func (s *Scope) health() Row {
	check, probe := catalog.PrometheusLabel(catalog.CheckName), catalog.PrometheusLabel(catalog.Probe)
	item := legend(check, alert.Instance)
	state := func(name string, value float64) promql.Vector {
		return s.process(catalog.HealthCheckStatus, promql.Is(catalog.CheckState, name)).Times(value)
	}
	states := []State{
		{Value: 0, Text: "pass", Color: Green}, {Value: 1, Text: "warn", Color: Orange},
		{Value: 2, Text: "fail", Color: Red}, {Value: 3, Text: "unknown", Color: Purple},
	}
	return Row{ID: 800, Title: "Health", Folded: true, Panels: laid(24, 7,
		Panel{
			ID: 801, Title: "Checks", Kind: StateTimeline, Unit: Plain, Height: 12, Empty: "no checks",
			Description: "The state of each check of each instance over time. A check that fails takes its instance out of the traffic; one that warns is half way there. What fails first is the cause: read from the left.",
			Queries: []Query{{
				Expr:   highest(state("pass", 0).Or(state("warn", 1)).Or(state("fail", 2)).Or(state("unknown", 3)), check, alert.Instance),
				Legend: item,
			}},
			States: states,
			Alerts: []string{"KVNotReady", "KVCheckUnknown"},
		},
		Panel{
			ID: 802, Title: "Probes", Kind: StateTimeline, Unit: Plain, Empty: "no probes",
			Description: "What each probe answers. Readiness that says no keeps traffic away, liveness that says no has the program restarted. /readyz?verbose says which check it is.",
			Queries:     []Query{{Expr: s.process(catalog.HealthReady).By("min", probe, alert.Instance), Legend: legend(probe, alert.Instance)}},
			States:      []State{{Value: 0, Text: "no", Color: Red}, {Value: 1, Text: "yes", Color: Green}},
			Alerts:      []string{"KVNotReady"},
		},
		Panel{
			ID: 803, Title: "How long checks take", Unit: Seconds, Logarithmic: true, Width: 12,
			Description: "The last run of each check. One that comes near its time-out will be unknown before long: look at what it asks.",
			Queries:     []Query{{Expr: highest(s.process(catalog.HealthCheckDuration), check, alert.Instance), Legend: item}},
			Alerts:      []string{"KVCheckUnknown"},
		},
		Panel{
			ID: 804, Title: "How old results are", Unit: Seconds, Width: 12,
			Description: "The age of a check's last result, or of a heartbeat's last beat. A line that rises is a check that hangs.",
			Queries:     []Query{{Expr: highest(s.process(catalog.HealthCheckAge, notOnce), check, alert.Instance), Legend: item}},
			Alerts:      []string{"KVCheckUnknown"},
		},
	)}
}

// notOnce leaves out checks that are for the start alone: they do not run again once they
// have passed, and their age says nothing.
var notOnce = promql.Matcher{Label: catalog.PrometheusLabel(catalog.CheckKind), Operator: "!=", Value: "startup"}
