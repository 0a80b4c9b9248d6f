package otelsetup

import (
	"context"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// summaryCollector renders the summaries of a producer, with names and labels
// as the exporter makes them for everything else. It is unchecked: the labels
// are known at the scrape only.
type summaryCollector struct{ producer sdkmetric.Producer }

func (*summaryCollector) Describe(chan<- *prometheus.Desc) {}

func (c *summaryCollector) Collect(ch chan<- prometheus.Metric) {
	scopes, err := c.producer.Produce(context.Background())
	if err != nil {
		ch <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
	}
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			if summary, ok := m.Data.(metricdata.Summary); ok {
				collectSummary(ch, m, summary)
			}
		}
	}
}

// collectSummary yields a metric for each point. One that cannot be rendered is
// an error in the scrape and leaves the others alone.
func collectSummary(ch chan<- prometheus.Metric, m metricdata.Metrics, summary metricdata.Summary) {
	namer := otlptranslator.NewMetricNamer("", translation)
	name, err := namer.Build(otlptranslator.Metric{Name: m.Name, Unit: m.Unit, Type: otlptranslator.MetricTypeSummary})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
		return
	}
	for _, point := range summary.DataPoints {
		names, values, err := labels(point.Attributes)
		if err != nil {
			ch <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
			continue
		}
		quantiles := make(map[float64]float64, len(point.QuantileValues))
		for _, q := range point.QuantileValues {
			quantiles[q.Quantile] = q.Value
		}
		desc := prometheus.NewDesc(name, m.Description, names, nil)
		metric, err := prometheus.NewConstSummary(desc, point.Count, point.Sum, quantiles, values...)
		if err != nil {
			metric = prometheus.NewInvalidMetric(desc, err)
		}
		ch <- metric
	}
}

// labels translates attributes. Values whose keys become the same label are
// joined by a semicolon, as the OpenTelemetry specification wants it.
func labels(attrs attribute.Set) (names, values []string, err error) {
	namer := otlptranslator.LabelNamer{UTF8Allowed: !translation.ShouldEscape()}
	joined := make(map[string][]string, attrs.Len())
	for _, attr := range attrs.ToSlice() {
		name, err := namer.Build(string(attr.Key))
		if err != nil {
			return nil, nil, err
		}
		if _, ok := joined[name]; !ok {
			names = append(names, name)
		}
		joined[name] = append(joined[name], attr.Value.String())
	}
	for _, name := range names {
		slices.Sort(joined[name])
		values = append(values, strings.Join(joined[name], ";"))
	}
	return names, values, nil
}
