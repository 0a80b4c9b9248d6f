package exposition

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// renderSummary yields a metric for each point, with the name and the labels that
// the exporter gives everything else. A point that cannot be rendered is left out.
func renderSummary(ch chan<- prometheus.Metric, m metricdata.Metrics, report Report) {
	points := m.Data.(metricdata.Summary).DataPoints
	n, err := nameOf(m)
	if err != nil {
		report.Dropped(Drop{m.Name, Invalid, err.Error(), len(points)})
		return
	}
	for _, point := range points {
		metric, err := n.summary(point)
		if err != nil {
			report.Dropped(Drop{m.Name, Invalid, err.Error(), 1})
			continue
		}
		ch <- metric
	}
}

func (n named) summary(point metricdata.SummaryDataPoint) (prometheus.Metric, error) {
	desc, values, err := n.series(point.Attributes)
	if err != nil {
		return nil, err
	}
	quantiles := make(map[float64]float64, len(point.QuantileValues))
	for _, q := range point.QuantileValues {
		quantiles[q.Quantile] = q.Value
	}
	return prometheus.NewConstSummary(desc, point.Count, point.Sum, quantiles, values...)
}
