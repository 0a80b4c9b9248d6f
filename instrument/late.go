package instrument

import "sync/atomic"

// What a Recorder of many operations has for one of them is made at its first use:
// a stripe or two, and more of them once it has turned out to be busy.

// maxOperations is how many operations a recorder can have.
const maxOperations = 64

// otherOperation is the operation that an undeclared one counts as.
const otherOperation = "other"

// earlyOperations is how many operations of a Recorder have series from the start;
// those behind them have them from their first use on, as long as there is room.
const earlyOperations = 12

// A lateOperation is one whose stripes are made at its first use.
type lateOperation struct {
	set   atomic.Pointer[stripeSet] // nil until then; another's, if there is no room for its series
	fills atomic.Uint32             // of words with calls, each in the time between two readings
}

// busyFills is after how many full words an operation is busy. Each is thousands of
// calls within seconds.
const busyFills = 8

// A stripeSet is the stripes of one operation.
type stripeSet struct {
	op      operation
	stripes []stripe
	former  *stripeSet // which were too few; calls may be in flight there
}

// prepareLate decides how many stripes the late operations get, where others would
// get so many. There is memory for three busy ones; see TestMemoryPerRecorder.
func (r *record) prepareLate(others int) {
	n := len(r.infos) - len(r.stripes)
	r.late = make([]lateOperation, n)
	r.busyStripes, r.fewStripes = others/2, others/8
	if n > earlyOperations {
		r.fewStripes = others / 16
	}
	r.spareStripes.Store(3 * int64(r.busyStripes))
	for op := range r.infos {
		if r.infos[op].name == otherOperation {
			r.other = operation(op)
		}
	}
}

func newStripes(op operation, n int) []stripe {
	stripes := make([]stripe, n)
	for i := range stripes {
		stripes[i].op = op
	}
	return stripes
}

// lateAt returns what there is of a late operation, nil of any other.
func (r *record) lateAt(op operation) *lateOperation {
	if int(op) < len(r.stripes) {
		return nil
	}
	return &r.late[int(op)-len(r.stripes)]
}

// lateStripe picks a stripe of a late operation.
func (r *record) lateStripe(op operation) *stripe {
	set := r.lateAt(op).set.Load()
	if set == nil {
		set = r.firstUse(op)
	}
	return pick(set.stripes)
}

// firstUse makes the stripes of an operation, or has it count as another one.
func (r *record) firstUse(op operation) *stripeSet {
	late := r.lateAt(op)
	if r.ledger.admitted.admitOperation(r.places[op]) {
		late.set.CompareAndSwap(nil, &stripeSet{op: op, stripes: newStripes(op, r.fewStripes)})
		return late.set.Load()
	}
	other := r.lateAt(r.other)
	set := other.set.Load()
	if set == nil {
		set = r.firstUse(r.other)
	}
	if late.set.CompareAndSwap(nil, set) {
		late.set.CompareAndSwap(set, other.set.Load()) // which may have grown meanwhile
		if r.refused != nil {
			r.refused(op)
		}
	}
	return late.set.Load()
}

// filled gives an operation that is busy more stripes, if some are left. Those that
// it had are kept, for calls that are in flight there.
func (r *record) filled(op operation) {
	late := r.lateAt(op)
	if late == nil || late.fills.Add(1) != busyFills {
		return
	}
	few := late.set.Load()
	if r.spareStripes.Add(-int64(r.busyStripes)) < 0 {
		return // and none will be left later
	}
	many := &stripeSet{op: op, stripes: newStripes(op, r.busyStripes), former: few}
	late.set.Store(many)
	for i := range r.late {
		r.late[i].set.CompareAndSwap(few, many) // what counts as this one
	}
}

// all returns each stripe once.
func (r *record) all(visit func(*stripe) bool) {
	for op := range r.stripes {
		for i := range r.stripes[op] {
			if !visit(&r.stripes[op][i]) {
				return
			}
		}
	}
	for i := range r.late {
		for set := r.late[i].set.Load(); set != nil && int(set.op) == len(r.stripes)+i; set = set.former {
			for j := range set.stripes {
				if !visit(&set.stripes[j]) {
					return
				}
			}
		}
	}
}
