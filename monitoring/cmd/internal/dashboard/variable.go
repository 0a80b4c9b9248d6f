package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
)

// Variables beside those of package alert.
const (
	DataSourceVariable = "datasource"
	QuantileVariable   = "quantile"
	HistogramVariable  = "histogram"
)

// A Variable is what one can choose above the panels. One with a query has the values
// of a label, and all of them by default; one with choices has the first by default.
type Variable struct {
	Name, Label, Description string

	Query   string // empty: there are choices, or it is the data source
	All     string // what stands for all
	Choices []Choice
}

// A Choice is a value and what it is called.
type Choice struct{ Text, Value string }

func (s *Scope) variables() []Variable {
	labelValues := func(series, label string) string { return "label_values(" + series + ", " + label + ")" }
	of := catalog.InFlight
	return []Variable{
		{Name: DataSourceVariable, Label: "Data source", Description: "The Prometheus that has the metrics"},
		{
			Name: alert.JobVariable, Label: "Job", Description: "The service, as Prometheus calls it", All: ".+",
			Query: labelValues(s.Series(of).String(), alert.Job),
		},
		{
			Name: alert.InstanceVariable, Label: "Instance", Description: "A running program of the service", All: ".+",
			Query: labelValues(s.Series(of, instances()[0]).String(), alert.Instance),
		},
		{
			Name: alert.StoreVariable, Label: "Store", Description: "The name of a store", All: ".*",
			Query: labelValues(s.Series(of, instances()...).String(), namespace),
		},
		{
			Name: alert.OperationVariable, Label: "Operation", Description: "What a store does for its caller", All: ".*",
			Query: labelValues(s.Series(catalog.Requests, stores()...).String(), operationName),
		},
		{
			Name: QuantileVariable, Label: "Quantile", Description: "Of the panels of latency and sizes by operation",
			Choices: []Choice{{"p99", "0.99"}, {"p50", "0.5"}, {"p90", "0.9"}, {"p95", "0.95"}, {"p999", "0.999"}},
		},
		{
			Name: HistogramVariable, Label: "Histograms",
			Description: "Any kind works everywhere. Where some instances are scraped with classic buckets and others with native histograms, choose one kind to see those alone in the charts",
			Choices:     []Choice{{"any", anyHistogram}, {"classic", classicHistogram}, {"native", nativeHistogram}},
		},
	}
}
