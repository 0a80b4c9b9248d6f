package dashboard

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// budgets is what is slow to change: budgets of a month, the usual traffic, and the disk
// of tomorrow. Its windows are those of the alerts and not Grafana's.
func (s *Scope) budgets() Row {
	const hour = time.Hour
	hourly := func(v promql.Vector) promql.Vector { return sum(s.Rate(v, hour), alert.Job, namespace) }
	requests := hourly(s.operation(catalog.Requests))
	usual := func(function, q string, window time.Duration) promql.Vector {
		return recorded(promql.Raw(function + "(" + q + s.traffic().String() + "[" + promql.Duration(s.Scaled(window)) + "])"))
	}
	store := legend(namespace, alert.Job)
	return Row{ID: 200, Title: "Budgets, usual traffic and capacity", Folded: true, Panels: laid(8, 8,
		Panel{
			ID: 201, Title: "Budget for errors: failed in the last hour", Unit: Share,
			Description: "The share of a service's operations that failed within the last hour. At the lower line the budget of a month lasts a month; above the upper one it is gone within two days, and somebody is woken.",
			Queries:     []Query{{Expr: hourly(s.operation(catalog.Errors, alert.CountedErrors())).Over(requests.Above(0)), Legend: store}},
			Lines:       budgetLines(),
			Alerts:      []string{"KVErrorBudgetBurn"},
		},
		Panel{
			ID: 202, Title: "Budget for latency: slow in the last hour", Unit: Share,
			Description: "The share of a service's operations that took longer than the objective within the last hour, as rules.yaml records it; the lines are those of the budget for errors.",
			Queries: []Query{{
				Expr:   recorded(s.Over("avg_over_time", s.Recorded(alert.ServiceSlow, ofService()...), hour)).Over(recorded(s.Over("avg_over_time", s.Recorded(alert.ServiceTimed, ofService()...), hour)).Above(0)),
				Legend: store,
			}},
			Lines:  budgetLines(),
			Empty:  "no rules",
			Alerts: []string{"KVLatencyBudgetBurn"},
		},
		Panel{
			ID: 203, Title: "Traffic and what is usual", Unit: OperationsPerSec, Empty: "no rules",
			Description: "The traffic of a service as rules.yaml records it. An alert is due when it drops below half of what the last hour was and half of the last three hours, " +
				"where that was a tenth of the day's high at least: the dashed lines. Below the lowest line none is.",
			Queries: []Query{
				{Expr: recorded(s.traffic()), Legend: store},
				{Expr: usual("quantile_over_time", "0.5, ", hour).Times(objective.TrafficLeft), Legend: store + " half of the last hour", Dashed: true},
				{Expr: usual("quantile_over_time", "0.2, ", 3*hour).Times(objective.TrafficLeft), Legend: store + " half of three hours", Dashed: true},
				{Expr: usual("quantile_over_time", "0.9, ", 24*hour).Times(objective.TrafficShare), Legend: store + " a tenth of the day's high", Dashed: true},
			},
			Lines:  []Line{{"TrafficMin", objective.TrafficMin, Blue}},
			Alerts: []string{"KVTrafficDropped"},
		},
		Panel{
			ID: 204, Title: "Traffic of an instance and its capacity", Unit: OperationsPerSec, Width: 12,
			Description: "Operations a second of one store of one instance. The lines are the capacity that it is said to have, and the share of it that is near. Add instances before it is reached: latency rises first.",
			Queries:     []Query{{Expr: s.requests(alert.Instance, namespace), Legend: legend(namespace, alert.Instance)}},
			Lines:       []Line{{"CapacityUsed", objective.CapacityUsed * s.capacity(), Orange}, {"Capacity", s.capacity(), Red}},
			Alerts:      s.capacityAlerts(),
		},
		Panel{
			ID: 205, Title: "Disk, now and in a day", Unit: Share, Whole: true, Width: 12,
			Description: "The used share of the disk of a store and, dashed, what it will be in a day if it goes on as in the last six hours. See what grows, and add space in time. Below half nothing is forecast for the alert; above the highest line evidence is no longer written.",
			Queries: []Query{
				{Expr: highest(s.disk(), alert.Instance, namespace), Legend: legend(namespace, alert.Instance)},
				{Expr: highest(s.forecast(), alert.Instance, namespace), Legend: legend(namespace, alert.Instance) + " in a day", Dashed: true},
			},
			Lines: append(s.diskLines(),
				Line{"DiskForecastFrom", min(objective.DiskForecastFrom, s.Disk/2), Blue},
				Line{"DiskReserve", 1 - objective.DiskReserve, Purple}),
			Alerts: []string{"KVDiskFull", "KVDiskFilling"},
		},
	)}
}

// capacityAlerts are there for a deployment that knows its capacity.
func (s *Scope) capacityAlerts() []string {
	if s.Capacity == 0 {
		return nil
	}
	return []string{"KVCapacityHigh"}
}

// budgetLines are the shares at which a budget lasts a month, and at which it is spent
// so fast that somebody is woken.
func budgetLines() []Line {
	budget := promql.Round(objective.ErrorBudget)
	return []Line{{"ErrorBudget", budget, Orange}, {"Availability", promql.Round(alert.FastBurn * budget), Red}}
}

// ofService chooses from what is recorded for a service: it has no instances.
func ofService() []promql.Matcher {
	return []promql.Matcher{chosen(alert.Job, alert.JobVariable), chosen(namespace, alert.StoreVariable)}
}

// recorded adds up what rules record for a service, by what its legend says.
func recorded(v promql.Vector) promql.Vector { return sum(v, alert.Job, namespace) }

func (s *Scope) traffic() promql.Vector { return s.Recorded(alert.ServiceRequests, ofService()...) }

func (s *Scope) forecast() promql.Vector {
	ahead := promql.Number(s.Scaled(objective.DiskForecast).Seconds())
	return promql.Raw("clamp(predict_linear(" + s.disk().String() + "[" + promql.Duration(s.Scaled(6*time.Hour)) + "], " + ahead + "), 0, 1)")
}
