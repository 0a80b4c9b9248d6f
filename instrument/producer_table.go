package instrument

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A builder makes of one collection what a Producer produces.
type builder struct {
	*collection
	counters, histograms metricdata.Temporality
}

// metrics builds every metric of the table and of the engines that is kept and
// has points.
func (b *builder) metrics(keep func(name string) bool) []metricdata.Metrics {
	engine := engineRows(b.collection)
	all := make([]metricdata.Metrics, 0, len(table)+len(engine))
	for _, rows := range [...][]row{table, engine} {
		for i := range rows {
			r := &rows[i]
			if !keep(r.name) {
				continue
			}
			if data := b.data(r); data != nil {
				all = append(all, metricdata.Metrics{Name: r.name, Unit: r.unit, Description: r.description, Data: data})
			}
		}
	}
	return all
}

func (b *builder) data(r *row) metricdata.Aggregation {
	switch r.kind {
	case counter, upDownCounter, gauge:
		if r.ints != nil {
			return numbers(b, r, r.ints)
		}
		return numbers(b, r, r.floats)
	case histogram:
		return histograms[float64](b, r, 1e9)
	case sizeHistogram:
		return histograms[int64](b, r, 1)
	case exponentialHistogram:
		return b.exponentials(r)
	case summary:
		return b.summary(r)
	default:
		return nil
	}
}

// numbers builds counters and gauges.
func numbers[N int64 | float64](
	b *builder, r *row, points func(*collection, func(*source, attribute.Set, N)),
) metricdata.Aggregation {
	all := make([]metricdata.DataPoint[N], 0, r.each*b.operationCount)
	points(b.collection, func(s *source, set attribute.Set, value N) {
		p := metricdata.DataPoint[N]{Attributes: set, Time: b.at, Value: value}
		switch {
		case r.kind == gauge:
		case r.shared && r.kind == counter:
			p.StartTime = b.since()
		case r.shared:
			p.StartTime = b.registry.start
		case r.kind == counter:
			p.StartTime = s.since
		default:
			p.StartTime = s.start
		}
		all = append(all, p)
	})
	switch {
	case len(all) == 0:
		return nil
	case r.kind == gauge:
		return metricdata.Gauge[N]{DataPoints: all}
	case r.kind == counter:
		return metricdata.Sum[N]{DataPoints: all, Temporality: b.counters, IsMonotonic: true}
	default:
		return metricdata.Sum[N]{DataPoints: all, Temporality: metricdata.CumulativeTemporality}
	}
}
