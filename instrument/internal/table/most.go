package table

import (
	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// most is how many series a row shows at most, of one operation if it is by
// operation: of the failures of a histogram, only _OTHER must always have room.
func (r *Row) most(failures, durationBounds int) int {
	n := 1
	for _, key := range r.Attributes {
		switch key {
		case catalog.OutcomeAttribute:
			n *= int(record.Outcomes)
		case catalog.Replica:
			n *= record.MaxReplicas
		case catalog.PoolState:
			n *= 2 // idle and used
		case catalog.ErrorType:
			switch {
			case r.Values != nil:
				n *= len(r.Values[key])
			case r.Kind == catalog.Counter:
				n *= failures
			default:
				n *= 2
			}
		}
	}
	switch {
	case r.Kind == catalog.Histogram && r.Measure == &measureDuration:
		return n * record.HistogramSeries(durationBounds)
	case r.Kind == catalog.Histogram:
		return n * record.HistogramSeries(len(r.Bounds))
	case r.Kind == catalog.Summary:
		return n * (len(record.QuantileShares) + 2)
	case r.Kind == catalog.ExponentialHistogram:
		return 0 // on /metrics it belongs to the other one
	default:
		return n
	}
}

// appliesTo reports whether a store can show a row for an operation.
func (r *Row) appliesTo(rec *record.Record, info *record.OperationInfo) bool {
	if r.Measure != nil {
		return r.Measure.Has(rec, info)
	}
	return r.Kind != catalog.Summary || rec.Compat
}
