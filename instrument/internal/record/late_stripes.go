package record

import "sync/atomic"

// What a Recorder of many operations has for one of them is made at its first use:
// a stripe or two, and more of them once it has turned out to be busy.

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
	op      Operation
	stripes []Stripe
	former  *stripeSet // which were too few; calls may be in flight there
}

// prepareLate decides how many stripes the late operations get, where others would
// get so many. There is memory for three busy ones; see TestMemoryPerRecorder.
func (r *Record) prepareLate(others int) {
	n := len(r.Infos) - len(r.stripes)
	r.late = make([]lateOperation, n)
	r.busyStripes, r.fewStripes = others/2, others/8
	if n > EarlyOperations {
		r.fewStripes = others / 16
	}
	r.spareStripes.Store(3 * int64(r.busyStripes))
	for op := range r.Infos {
		if r.Infos[op].Name == OtherOperation {
			r.other = Operation(op)
		}
	}
}

func newStripes(op Operation, n int) []Stripe {
	stripes := make([]Stripe, n)
	for i := range stripes {
		stripes[i].Op = op
	}
	return stripes
}

// lateAt returns what there is of a late operation, nil of any other.
func (r *Record) lateAt(op Operation) *lateOperation {
	if int(op) < len(r.stripes) {
		return nil
	}
	return &r.late[int(op)-len(r.stripes)]
}

// lateStripes returns the stripes of a late operation.
func (r *Record) lateStripes(op Operation) []Stripe {
	set := r.lateAt(op).set.Load()
	if set == nil {
		set = r.firstUse(op)
	}
	return set.stripes
}

// firstUse makes the stripes of an operation, or has it count as another one.
func (r *Record) firstUse(op Operation) *stripeSet {
	late := r.lateAt(op)
	if r.Ledger.Admitted.admitOperation(r.places[op]) {
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
		if r.Refused != nil {
			r.Refused(op)
		}
	}
	return late.set.Load()
}

// filled gives an operation that is busy more stripes, if some are left. Those that
// it had are kept, for calls that are in flight there.
func (r *Record) filled(op Operation) {
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

// all returns each stripe once. The caller holds the ledger's lock.
func (r *Record) all(visit func(*Stripe) bool) {
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
	for _, spares := range r.spares {
		for _, st := range spares {
			if !visit(st) {
				return
			}
		}
	}
}
