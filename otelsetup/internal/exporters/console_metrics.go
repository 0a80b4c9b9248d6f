package exporters

import (
	"context"
	"fmt"
	"math"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

type consoleMetrics struct{ *console }

func (c *console) metrics() sdkmetric.Exporter { return consoleMetrics{c} }

// Temporality implements metric.Exporter.
func (consoleMetrics) Temporality(kind sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(kind)
}

// Aggregation implements metric.Exporter.
func (consoleMetrics) Aggregation(kind sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(kind)
}

type consolePoint struct {
	Metric     string            `json:"metric"`
	Unit       string            `json:"unit,omitempty"`
	Attributes map[string]any    `json:"attributes,omitempty"`
	Value      any               `json:"value,omitempty"`
	Count      *uint64           `json:"count,omitempty"`
	Sum        any               `json:"sum,omitempty"`
	Quantiles  map[string]string `json:"quantiles,omitempty"`
}

// Export implements metric.Exporter.
func (c consoleMetrics) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	var errs []error
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			for _, p := range pointsOf(m.Data) {
				p.Metric, p.Unit = m.Name, m.Unit
				errs = append(errs, c.writeLine(p))
			}
		}
	}
	return c.flush(ctx, errs)
}

// pointsOf returns the points of a metric, of histograms without the buckets.
func pointsOf(data metricdata.Aggregation) []consolePoint {
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		return values(d.DataPoints)
	case metricdata.Gauge[float64]:
		return values(d.DataPoints)
	case metricdata.Sum[int64]:
		return values(d.DataPoints)
	case metricdata.Sum[float64]:
		return values(d.DataPoints)
	case metricdata.Histogram[int64]:
		return histograms(d.DataPoints)
	case metricdata.Histogram[float64]:
		return histograms(d.DataPoints)
	case metricdata.Summary:
		return summaries(d.DataPoints)
	}
	return nil
}

func newPoint(attrs attribute.Set) consolePoint {
	return consolePoint{Attributes: attributesOf(attrs.ToSlice())}
}

func values[N int64 | float64](points []metricdata.DataPoint[N]) []consolePoint {
	lines := make([]consolePoint, len(points))
	for i, p := range points {
		lines[i] = newPoint(p.Attributes)
		lines[i].Value = jsonNumber(p.Value)
	}
	return lines
}

func histograms[N int64 | float64](points []metricdata.HistogramDataPoint[N]) []consolePoint {
	lines := make([]consolePoint, len(points))
	for i, p := range points {
		lines[i] = newPoint(p.Attributes)
		lines[i].Count, lines[i].Sum = &p.Count, jsonNumber(p.Sum)
	}
	return lines
}

func summaries(points []metricdata.SummaryDataPoint) []consolePoint {
	lines := make([]consolePoint, len(points))
	for i, p := range points {
		lines[i] = newPoint(p.Attributes)
		lines[i].Count, lines[i].Sum = &p.Count, jsonNumber(p.Sum)
		lines[i].Quantiles = make(map[string]string, len(p.QuantileValues))
		for _, q := range p.QuantileValues {
			lines[i].Quantiles[fmt.Sprint(q.Quantile)] = fmt.Sprint(q.Value)
		}
	}
	return lines
}

// jsonNumber is text where JSON has no number.
func jsonNumber[N int64 | float64](v N) any {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Sprint(v)
	}
	return v
}
