package instrument

import (
	"slices"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// most is how many series the table shows at most of an operation of a store, and
// without one of the store besides its operations.
func most(r *record.Record, info *record.OperationInfo, failures, durationBounds int) int {
	n := 0
	for i := range table {
		row := &table[i]
		byOperation := slices.Contains(row.Attributes, catalog.OperationName)
		if byOperation == (info != nil) && (info == nil || row.appliesTo(r, info)) {
			n += row.most(failures, durationBounds)
		}
	}
	return n
}

// most is how many series a row shows at most, of one operation if it is by
// operation: of the failures of a histogram, only _OTHER must always have room.
func (r *row) most(failures, durationBounds int) int {
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
			if r.Kind == catalog.Counter {
				n *= failures
			} else {
				n *= 2
			}
		}
	}
	switch {
	case r.Kind == catalog.Histogram && r.measure == &measureDuration:
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
func (r *row) appliesTo(rec *record.Record, info *record.OperationInfo) bool {
	if r.measure != nil {
		return r.measure.has(rec, info)
	}
	return r.Kind != catalog.Summary || rec.Compat
}
