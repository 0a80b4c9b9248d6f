// Package dashboard has the dashboard for Grafana, a file for each of its rows: what
// each panel asks Prometheus for, in which unit, which objectives are lines on it, and
// what to do about what it shows. Names come from monitoring/catalog and thresholds from
// the deployment's parameters or from monitoring/objective, as those of the alerts do.
package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// A Scope is the deployment that the dashboard is for.
type Scope struct {
	*alert.Scope

	Runbooks     string // the URL below which the runbooks are
	Traces, Logs string // data sources in Grafana, by uid; empty: there is none to link to
}

// capacity is that of an instance, in operations a second.
func (s *Scope) capacity() float64 {
	if s.Capacity > 0 {
		return s.Capacity
	}
	return objective.Capacity
}

// process are series of the chosen instances.
func (s *Scope) process(m catalog.Metric, more ...promql.Matcher) promql.Vector {
	return s.Series(m, instances(more...)...)
}

// store are series of the chosen stores.
func (s *Scope) store(m catalog.Metric, more ...promql.Matcher) promql.Vector {
	return s.Series(m, stores(more...)...)
}

// operation are series of the chosen operations.
func (s *Scope) operation(m catalog.Metric, more ...promql.Matcher) promql.Vector {
	return s.Series(m, operations(more...)...)
}

func instances(more ...promql.Matcher) []promql.Matcher {
	return append([]promql.Matcher{chosen(alert.Job, alert.JobVariable), chosen(alert.Instance, alert.InstanceVariable)}, more...)
}

func stores(more ...promql.Matcher) []promql.Matcher {
	return append(instances(chosen(namespace, alert.StoreVariable)), more...)
}

func operations(more ...promql.Matcher) []promql.Matcher {
	return append(stores(chosen(operationName, alert.OperationVariable)), more...)
}

// chosen keeps the series whose label has one of the values that a variable has.
func chosen(label, variable string) promql.Matcher {
	return promql.Matcher{Label: label, Operator: "=~", Value: "$" + variable}
}

// Labels by which panels tell series apart.
var (
	system        = catalog.PrometheusLabel(catalog.SystemName)
	namespace     = catalog.PrometheusLabel(catalog.Namespace)
	operationName = catalog.PrometheusLabel(catalog.OperationName)

	byStore     = []string{alert.Job, alert.Instance, system, namespace}
	byOperation = []string{alert.Job, alert.Instance, system, namespace, operationName}
)
