package producer

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A builder makes of one collection what a Producer produces.
type builder struct {
	*record.Collection
	counters, histograms metricdata.Temporality
}

// metrics builds every metric of the table and of the engines that is kept and
// has points.
func (b *builder) metrics(keep func(name string) bool) []metricdata.Metrics {
	engine := table.EngineRows(b.Collection)
	all := make([]metricdata.Metrics, 0, len(table.Rows)+len(engine))
	for _, rows := range [...][]table.Row{table.Rows, engine} {
		for i := range rows {
			r := &rows[i]
			if !keep(r.Name) {
				continue
			}
			if data := b.data(r); data != nil {
				all = append(all, metricdata.Metrics{Name: r.Name, Unit: r.Unit, Description: r.Help, Data: data})
			}
		}
	}
	return all
}

func (b *builder) data(r *table.Row) metricdata.Aggregation {
	switch r.Kind {
	case catalog.Counter, catalog.UpDownCounter, catalog.Gauge:
		if r.Ints != nil {
			return numbers(b, r, r.Ints)
		}
		return numbers(b, r, r.Floats)
	case catalog.Histogram:
		if r.Whole {
			return histograms[int64](b, r, 1)
		}
		return histograms[float64](b, r, 1e9)
	case catalog.ExponentialHistogram:
		return b.exponentials(r)
	case catalog.Summary:
		return b.summary(r)
	default:
		return nil
	}
}

// numbers builds counters and gauges.
func numbers[N int64 | float64](
	b *builder, r *table.Row, points func(*record.Collection, func(*record.Source, attribute.Set, N)),
) metricdata.Aggregation {
	all := make([]metricdata.DataPoint[N], 0, r.Each*b.OperationCount)
	points(b.Collection, func(s *record.Source, set attribute.Set, value N) {
		p := metricdata.DataPoint[N]{Attributes: set, Time: b.At, Value: value}
		switch {
		case r.Kind == catalog.Gauge:
		case r.Shared && r.Kind == catalog.Counter:
			p.StartTime = b.Since()
		case r.Shared:
			p.StartTime = b.Registry.Start
		case r.Kind == catalog.Counter:
			p.StartTime = s.Since
		default:
			p.StartTime = s.Start
		}
		all = append(all, p)
	})
	switch {
	case len(all) == 0:
		return nil
	case r.Kind == catalog.Gauge:
		return metricdata.Gauge[N]{DataPoints: all}
	case r.Kind == catalog.Counter:
		return metricdata.Sum[N]{DataPoints: all, Temporality: b.counters, IsMonotonic: true}
	default:
		return metricdata.Sum[N]{DataPoints: all, Temporality: metricdata.CumulativeTemporality}
	}
}
