package alert

import (
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Variables of the dashboard.
const (
	JobVariable       = "job"
	InstanceVariable  = "instance"
	StoreVariable     = "store"
	OperationVariable = "operation"
)

// Series of a service that rules record and the dashboard shows.
const (
	ServiceRequests = serviceRequests
	ServiceTimed    = serviceTimed
	ServiceSlow     = serviceSlow
)

// FastBurn is how many times as fast as it may a budget is spent when somebody is woken
// after the shortest of the windows.
const FastBurn = 14.4

// A Filter is a variable of the dashboard, and the label of an alert that it gets its
// value from.
type Filter struct{ Variable, Label string }

// Filters are those by which the dashboard shows the subject of a level: its instance,
// its store, and its operation if the alert names one.
func (a Alert) Filters(l Level) []Filter {
	of := a.Subject(l)
	if of == Anything {
		return nil
	}
	filters := []Filter{{JobVariable, Job}}
	if of == Store || of == Process {
		filters = append(filters, Filter{InstanceVariable, Instance})
	}
	if of == Store || of == Service {
		filters = append(filters, Filter{StoreVariable, catalog.PrometheusLabel(catalog.Namespace)})
	}
	if strings.Contains(a.Summary, operation) {
		filters = append(filters, Filter{OperationVariable, catalog.PrometheusLabel(catalog.OperationName)})
	}
	return filters
}
