package instrument

import (
	"slices"
	"sync"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// seriesLimit is the most series that one store may ever show on /metrics.
const seriesLimit = 1500

// An admission decides what gets a series of its own, so that a store stays below
// seriesLimit: which pairs of operation and failure in
// db.client.operation.duration, and which operations beyond the earlyOperations of
// a Recorder. A histogram is many series, and a store with every operation and
// every failure would have thousands; real ones fail in a few ways. They come in
// the order in which they happen, up to what fits. A pair that does not counts as
// _OTHER there, and an operation that does not as other; both have their own name
// everywhere else.
type admission struct {
	mu         sync.Mutex
	free       int // series
	duration   int // series of one histogram
	admitted   map[pair]bool
	operations map[operation]int  // the series that one may ever have, of each that is late
	decided    map[operation]bool // of those: the ones that have been used, and whether they have series
}

type pair struct {
	op      operation
	failure failure
}

func newAdmission() *admission {
	return &admission{admitted: make(map[pair]bool), decided: make(map[operation]bool)}
}

// resize works out how many series are free beside those that a store has for sure.
func (a *admission) resize(infos []operationInfo, failures, durationBounds int, r *record) {
	fixed, late := kvdb.MaxStats, make(map[operation]int)
	for i := range table {
		row := &table[i]
		if !slices.Contains(row.Attributes, catalog.OperationName) {
			fixed += row.most(failures, durationBounds)
			continue
		}
		for op := range infos {
			switch info := &infos[op]; {
			case info.absent, !row.appliesTo(r, info):
			case info.late && info.name != otherOperation:
				late[operation(op)] += row.most(failures, durationBounds)
			default:
				fixed += row.most(failures, durationBounds)
			}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.duration, a.operations = histogramSeries(durationBounds), late
	fixed += len(a.admitted) * a.duration
	for op, n := range late {
		if a.decided[op] {
			fixed += n
		} else {
			delete(a.decided, op) // there may be room now
		}
	}
	a.free = max(seriesLimit-fixed, 0)
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
	if !a.admitted[p] && a.free >= a.duration {
		a.free -= a.duration
		a.admitted[p] = true
	}
	return a.admitted[p]
}

// admitOperation reports whether an operation that is used has series of its own.
func (a *admission) admitOperation(op operation) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, late := a.operations[op]
	if !late {
		return true
	}
	if _, ok := a.decided[op]; !ok {
		a.decided[op] = n <= a.free
		if n <= a.free {
			a.free -= n
		}
	}
	return a.decided[op]
}
