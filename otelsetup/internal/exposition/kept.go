package exposition

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// kept is what OpenTelemetry's exporter cannot render and must not get: it fails
// the whole page over a summary, and a histogram is to it either classic or native.
type kept struct {
	summaries []metricdata.Metrics
	durations []metricdata.Metrics // of operations, where they are to be native, too
	natives   natives
}

// takeSummaries takes the summaries out of scopes.
func (k *kept) takeSummaries(scopes []metricdata.ScopeMetrics) {
	k.summaries = take(scopes, func(_ string, m *metricdata.Metrics) bool {
		_, ok := m.Data.(metricdata.Summary)
		return ok
	})
}

// take takes the metrics that match out of scopes.
func take(scopes []metricdata.ScopeMetrics, match func(scope string, m *metricdata.Metrics) bool) (taken []metricdata.Metrics) {
	for i := range scopes {
		scopes[i].Metrics = slices.DeleteFunc(scopes[i].Metrics, func(m metricdata.Metrics) bool {
			if !match(scopes[i].Scope.Name, &m) {
				return false
			}
			taken = append(taken, m)
			return true
		})
	}
	return taken
}

// render renders what was kept back.
func (k *kept) render(ch chan<- prometheus.Metric, report Report) {
	for _, m := range k.durations {
		renderDurations(ch, m, k.natives, report)
	}
	for _, m := range k.summaries {
		renderSummary(ch, m, report)
	}
}

// named is a metric of what was kept back, as Prometheus names it.
type named struct{ name, help string }

func nameOf(m metricdata.Metrics) (named, error) {
	n := otlptranslator.NewMetricNamer("", translation)
	name, err := n.Build(otlptranslator.Metric{Name: m.Name, Unit: m.Unit, Type: kindOf(m.Data).translated()})
	return named{name, m.Description}, err
}

// series returns the description of a point's series and the values of its labels.
func (n named) series(attributes attribute.Set) (desc *prometheus.Desc, values []string, err error) {
	names, values, err := labels(attributes)
	if err != nil {
		return nil, nil, err
	}
	return prometheus.NewDesc(n.name, n.help, names, nil), values, nil
}
