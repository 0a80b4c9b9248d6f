package record

import (
	"sync"

	"github.com/otelkv/otelkv/kvdb"
)

// seriesLimit is the most series that one store may ever show on /metrics.
const seriesLimit = 1500

// An admission decides what gets a series of its own, so that a store stays below
// seriesLimit: which pairs of operation and failure in
// db.client.operation.duration, and which operations beyond the EarlyOperations of
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
	operations map[Operation]int  // the series that one may ever have, of each that is late
	decided    map[Operation]bool // of those: the ones that have been used, and whether they have series
}

type pair struct {
	op      Operation
	failure Failure
}

func newAdmission() *admission {
	return &admission{admitted: make(map[pair]bool), decided: make(map[Operation]bool)}
}

// resize works out how many series are free beside those that a store has for sure.
// Most says how many an operation may have, and without one the store besides.
func (a *admission) resize(infos []OperationInfo, durationBounds int, most func(*OperationInfo) int) {
	fixed, late := kvdb.MaxStats+most(nil), make(map[Operation]int)
	for op := range infos {
		switch info := &infos[op]; {
		case info.Absent:
		case info.Late && info.Name != OtherOperation:
			late[Operation(op)] = most(info)
		default:
			fixed += most(info)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.duration, a.operations = HistogramSeries(durationBounds), late
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

// HistogramSeries is how many series a histogram of so many bounds is.
func HistogramSeries(bounds int) int { return bounds + 3 } // and +Inf, sum, count

// Admit reports whether a pair that has happened has series of its own.
func (a *admission) Admit(op Operation, f Failure) bool {
	if f == FailureOther {
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
func (a *admission) admitOperation(op Operation) bool {
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
