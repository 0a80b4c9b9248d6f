package instrument

import (
	"slices"
	"sync"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// seriesLimit is the most series that one store may ever show on /metrics.
const seriesLimit = 1500

// An admission decides which pairs of operation and failure get a series of
// their own in db.client.operation.duration. A histogram is many series, and a
// store with every operation and every failure would have thousands; real ones
// fail in a few ways. The pairs come in the order in which they happen, up to
// what fits below seriesLimit; the rest count as _OTHER there, and under their
// own name everywhere else.
type admission struct {
	mu       sync.Mutex
	free     int
	admitted map[pair]bool
}

type pair struct {
	op      operation
	failure failure
}

func newAdmission() *admission { return &admission{admitted: make(map[pair]bool)} }

// resize works out how many pairs fit beside the other series of a store.
func (a *admission) resize(infos []operationInfo, failures, durationBounds int, r *record) {
	fixed := kvdb.MaxStats
	for i := range table {
		row := &table[i]
		if !slices.Contains(row.Attributes, catalog.OperationName) {
			fixed += row.most(failures, durationBounds)
			continue
		}
		for op := range infos {
			if !infos[op].absent && row.appliesTo(r, &infos[op]) {
				fixed += row.most(failures, durationBounds)
			}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.free = max(max(seriesLimit-fixed, 0)/histogramSeries(durationBounds)-len(a.admitted), 0)
}

func histogramSeries(bounds int) int { return bounds + 3 } // and +Inf, sum, count

// most is how many series a row shows at most, of one operation if it is by
// operation: of the failures of a histogram, only _OTHER must always have room.
func (r *row) most(failures, durationBounds int) int {
	n := 1
	for _, key := range r.Attributes {
		switch key {
		case catalog.OutcomeAttribute:
			n *= int(outcomes)
		case catalog.Replica:
			n *= maxReplicas
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
		return n * histogramSeries(durationBounds)
	case r.Kind == catalog.Histogram:
		return n * histogramSeries(len(r.Bounds))
	case r.Kind == catalog.Summary:
		return n * (len(quantileShares) + 2)
	case r.Kind == catalog.ExponentialHistogram:
		return 0 // on /metrics it belongs to the other one
	default:
		return n
	}
}

// appliesTo reports whether a store can show a row for an operation.
func (r *row) appliesTo(rec *record, info *operationInfo) bool {
	if r.measure != nil {
		return r.measure.has(rec, info)
	}
	return r.Kind != catalog.Summary || rec.compat
}

func (a *admission) admit(op operation, f failure) bool {
	if f == failureOther {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p := pair{op, f}
	if !a.admitted[p] && a.free > 0 {
		a.free--
		a.admitted[p] = true
	}
	return a.admitted[p]
}
