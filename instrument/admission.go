package instrument

import (
	"sync"

	"github.com/otelkv/otelkv/kvdb"
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
	histogram := func(bounds int) int { return bounds + 3 } // and +Inf, sum, count
	perOperation := histogram(durationBounds) +             // of what did not fail
		histogram(durationBounds) + // _OTHER, which must always have room
		int(outcomes) + failures + 3 // bytes read and written, items
	if r.compat {
		perOperation += histogram(len(latencyBounds)) + len(quantileShares) + 2
	}
	if r.sized {
		perOperation += 2 * histogram(sizeBuckets-1)
	}
	fixed := kvdb.MaxStats + 2*maxReplicas + poolSeries + 3 // in flight, disk, age
	for i := range infos {
		if !infos[i].absent {
			fixed += perOperation
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.free = max(max(seriesLimit-fixed, 0)/histogram(durationBounds)-len(a.admitted), 0)
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
