package dashboard

import (
	"strings"
	"time"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// storesTable has each store of each instance as a row, what is ill on top.
func (s *Scope) storesTable() Panel {
	const failing, slowest = "failing", "slowest"
	errors, p99 := s.judgedErrors(), s.judgedLatency()
	name := func(v promql.Vector, label string) promql.Vector {
		return named(first(v, byStore...), label, byStore...)
	}
	// What hangs has no duration yet, and is the slowest one all the same.
	hung := name(s.operation(catalog.InFlightHungAge), slowest).Times(0).Minus(promql.Raw("1"))
	ready := highest(s.process(catalog.HealthReady, promql.Is(catalog.Probe, "readiness")), alert.Job, alert.Instance)
	return Panel{
		ID: 21, Title: "Stores", Kind: Table, Width: 16, Height: 5, Unit: Count, SortBy: "State",
		Description: "Each store of each instance, what is ill on top. A store is ill while it misses an objective: errors or p99 of an operation, the age of an operation that does not end, " +
			"disk, replicas, an engine that has failed; fewer than ten bad calls in five minutes say nothing. One that has been gone for less than a quarter of an hour is on top. Failing and slowest name the operation that is meant, slowest one that misses the objective or hangs; where it hangs, the line \"" + catalog.OperationHangs + "\" of the log says. CAS is " + string(catalog.CompareAndSwap) + ". A click on a store shows it alone.",
		Queries: []Query{
			{Expr: s.missed(errors, p99), Column: "State", Width: 47, Unit: Plain, Lines: []Line{{"", 1, Red}}, States: wellOrIll},
			{Expr: s.present().Plus(promql.Raw("on (job, instance) group_left () " + ready.String())), Column: "Ready", Width: 54, Unit: Plain, States: yesOrNo, Lines: []Line{{"", 1, Green}}},
			{Expr: s.recently(s.operation(catalog.Requests), byStore...), Column: "Ops/s", Width: 52, Unit: Count},
			{Expr: orFor(name(errors.known(s).Above(0), failing), highest(errors.known(s), byStore...), byStore...), Column: "Errors", Width: 62, Unit: Share, Decimals: new(uint32(1)), Lines: s.errorLine()},
			{
				Expr:   orFor(hung, orFor(name(p99.missed(s), slowest), highest(p99.known(s), byStore...), byStore...), byStore...),
				Column: "p99", Width: 67, Unit: Seconds, Lines: s.latencyLine(), States: hangs,
			},
			{Expr: highest(s.store(catalog.InFlightOldestOwnAge), byStore...), Column: "Oldest", Width: 63, Unit: Seconds, Decimals: new(uint32(0)), Lines: hungLine()},
			{Expr: highest(s.disk(), byStore...), Column: "Disk", Width: 62, Unit: Share, Decimals: new(uint32(1)), Lines: s.diskLines()},
			{Expr: s.lag(byStore...), Column: "Lag", Width: 53, Unit: Seconds, Lines: s.lagLine(), States: lost},
		},
		Labels: []Label{
			{Name: alert.Job},
			{Name: namespace, Title: "Store", Width: 78, URL: chosenAlone(alert.StoreVariable, alert.Job, alert.Instance)},
			{Name: alert.Instance, Title: "Instance", URL: chosenAlone(alert.InstanceVariable, alert.Job)},
			{Name: failing, Title: "Failing", Behind: "Errors", Width: 85, Short: inTables},
			{Name: slowest, Title: "Slowest", Behind: "p99", Width: 85, Short: inTables},
		},
		Alerts: []string{"KVEngineFailed", "KVStoreHung"},
	}
}

// inTables are operations that are wider than a column of a table of the first screen can be.
var inTables = map[string]string{string(catalog.CompareAndSwap): "CAS", string(catalog.BatchDelete): "BATCH del"}

var (
	wellOrIll = []State{{Value: 0, Text: "well", Color: Green}, {Value: 1, To: 99, Text: "ill", Color: Red}, {Value: 100, Text: "gone", Color: Red}}
	yesOrNo   = []State{{Value: 0, Text: "no", Color: Red}, {Value: 1, Text: "yes", Color: Green}}
	hangs     = []State{{Value: -1, Text: "hangs", Color: Red}}
)

// present is 0 for each store.
func (s *Scope) present() promql.Vector {
	return highest(s.store(catalog.InFlight), byStore...).Times(0)
}

// Stores that have been there within this time are missed.
const remembered = 15 * time.Minute

// gone is 100 for each store that was there lately.
func (s *Scope) gone() promql.Vector {
	return highest(s.Last(s.store(catalog.InFlight), remembered), byStore...).Times(0).Plus(promql.Raw("100"))
}

// missed counts the objectives that a store misses. What is not known counts as met.
// It is above all of them for a store that is gone.
func (s *Scope) missed(errors, p99 judged) promql.Vector {
	failed := s.store(engine.Stat(kvdb.StatFailed))
	terms := []promql.Vector{
		count(errors.missed(s), byStore...).Exceeds(0),
		count(p99.missed(s), byStore...).Exceeds(0),
		highest(s.store(catalog.InFlightOldestOwnAge), byStore...).Exceeds(objective.OperationAge.Seconds()),
		highest(s.disk(), byStore...).Exceeds(s.Disk),
		highest(s.store(catalog.ReplicationLag), byStore...).Exceeds(s.Lag.Seconds()),
		promql.Raw("1").Minus(s.store(catalog.ReplicationConnected).By("min", byStore...)),
		highest(failed, byStore...),
	}
	list := make([]string, len(terms))
	for i, t := range terms {
		list[i] = "(" + t.String() + "\nor " + s.present().String() + ")"
	}
	return promql.Raw(strings.Join(list, "\n+ ") + "\nor " + s.gone().String())
}

// severities are what the alerts of the table have in their place.
var severities = []State{{Value: 1, Text: alert.Warning, Color: Orange}, {Value: 2, Text: alert.Critical, Color: Red}}

// ofFiring are the labels of a row of the table of alerts.
var ofFiring = []string{"alertname", alert.Job, namespace, alert.Instance}

// firingTable has the alerts that fire, what wakes somebody on top, with links to their
// runbooks. It has no room for operations: those that are ill are in the table of stores.
func (s *Scope) firingTable() Panel {
	return Panel{
		ID: 22, Title: "Firing alerts", Kind: Table, Width: 8, Height: 5, Unit: Plain, Empty: "none fires", SortBy: "Severity",
		Description: "Alerts that fire for what is chosen above, those that wake somebody on top, and those of several operations of a store as one; a click on a name opens its runbook, which says what to do first, one on a store or an instance shows that alone. " +
			"It is empty, too, where Prometheus has not loaded rules.yaml: the number above says so.",
		Queries: []Query{{
			Expr:   highest(s.firing(promql.Is("severity", alert.Critical)).Times(2).Or(s.firing()), ofFiring...),
			Column: "Severity", Width: 68, Unit: Plain, States: severities,
		}},
		Labels: []Label{
			{Name: "alertname", Title: "Alert", Behind: "Severity", URL: s.Runbooks + "/${__value.raw}.md"},
			{Name: alert.Job},
			{Name: namespace, Title: "Store", Behind: "Severity", Width: 78, URL: chosenAlone(alert.StoreVariable, alert.Job)},
			{Name: alert.Instance, Title: "Instance", Behind: "Severity", Width: 70, URL: chosenAlone(alert.InstanceVariable, alert.Job)},
		},
	}
}

// chosenAlone is the address of the dashboard with the value of a cell in a variable, and
// what the row has in others. A link has no label that is empty in some rows: nothing has
// an empty job.
func chosenAlone(variable string, labels ...string) string {
	var b strings.Builder
	for _, l := range labels {
		b.WriteString("&var-" + l + "=${__data.fields." + l + "}")
	}
	return Path + "?${" + DataSourceVariable + ":queryparam}" + b.String() + "&var-" + variable + "=${__value.raw}&${__url_time_range}"
}
