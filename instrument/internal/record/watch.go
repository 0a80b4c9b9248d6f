package record

import (
	"math"
	"slices"
	"time"
)

// Which operation hangs cannot be told from what has begun less what has ended:
// the others go on. So a stripe on which something is in flight is watched: what
// begins meanwhile counts on another stripe, and what is in flight here after that
// had begun before. See docs/decisions/0035.

// watched is the mark of a stripe that is watched.
const watched = math.MaxUint64

// mostSpares bounds the memory of a record for stripes that stand in for others.
const mostSpares = 8

// base is what the moments of marks are told against.
var base = time.Now()

// suspect begins to watch every other stripe on which something is in flight, and
// reports whether there are any. The caller holds the ledger's lock, as for all
// that follows.
func (r *Record) suspect(half int) bool {
	if half == 0 {
		r.calm = r.isCalm()
	}
	if r.calm {
		return false
	}
	before := len(r.suspects)
	for op := range r.stripes {
		r.suspectAmong(Operation(op), r.stripes[op], half)
	}
	for i := range r.late {
		op := Operation(len(r.stripes) + i)
		if set := r.late[i].set.Load(); set != nil && set.op == op {
			r.suspectAmong(op, set.stripes, half)
			for former := set.former; former != nil; former = former.former {
				r.watchIdle(former.stripes)
			}
		}
	}
	return len(r.suspects) > before
}

// isCalm reports whether nothing has begun or ended since a look at which nothing
// was in flight.
func (r *Record) isCalm() bool {
	for _, stripes := range r.stripes {
		for i := range stripes {
			if !stripes[i].calm() {
				return false
			}
		}
	}
	if len(r.late) == 0 && len(r.spares) == 0 {
		return true
	}
	for st := range r.all {
		if !st.calm() {
			return false
		}
	}
	return true
}

func (st *Stripe) calm() bool {
	if st.read.began != st.read.ended {
		return false
	}
	began, _ := st.begun.load()
	return began == st.read.began
}

func (r *Record) suspectAmong(op Operation, homes []Stripe, half int) {
	spares := r.spares[op]
	var suspects []*Stripe
	for i := half; i < len(homes)+len(spares); i += 2 {
		st := at(homes, spares, i)
		if st.read.mark != watched && !r.clean(st) {
			suspects = append(suspects, st)
		}
	}
	if len(suspects) == 0 {
		return
	}
	free := -len(suspects)
	for i := range len(homes) + len(spares) {
		if at(homes, spares, i).read.mark != watched {
			free++
		}
	}
	for ; free < enough(homes) && len(spares) < enough(homes)+1 && r.spared < mostSpares; free++ {
		spares = append(spares, &Stripe{Op: op})
		r.spares[op] = spares
		r.spared++
	}
	// One that is not watched for want of others is marked: that tells an age as long
	// as no more has ended than had begun.
	for i, st := range suspects {
		if free+i >= enough(homes) {
			r.watch(st)
		} else if st.read.ended >= st.read.mark {
			st.read.mark, st.read.markedAt, r.marked = st.read.began, time.Since(base), true
		}
	}
	detour(homes, spares)
}

// enough is how many stripes have to count while others are watched.
func enough(homes []Stripe) int { return max(len(homes)/2, 1) }

// watchIdle watches stripes on which nothing begins any more.
func (r *Record) watchIdle(stripes []Stripe) {
	for i := range stripes {
		if st := &stripes[i]; st.read.mark != watched && !r.clean(st) {
			r.watch(st)
		}
	}
}

func (r *Record) watch(st *Stripe) {
	st.read.mark, st.read.markedAt, r.marked = watched, time.Since(base), true
	r.suspects = append(r.suspects, st)
}

// judge looks at what is watched a moment after it was suspected: whoever was
// suspended between picking a stripe and counting there has counted by now.
func (r *Record) judge() {
	if !r.marked {
		return
	}
	for _, st := range r.suspects {
		st.read.markedAt = time.Since(base)
	}
	r.suspects, r.marked = r.suspects[:0], false
	released := false
	for st := range r.all {
		switch {
		case st.read.mark == 0:
		case r.clean(st):
			released = released || st.read.mark == watched
			st.read.mark = 0
		default:
			r.marked = true
		}
	}
	if !released {
		return
	}
	for op := range r.stripes {
		detour(r.stripes[op], r.spares[Operation(op)])
	}
	for i := range r.late {
		op := Operation(len(r.stripes) + i)
		if set := r.late[i].set.Load(); set != nil && set.op == op {
			detour(set.stripes, r.spares[op])
		}
	}
}

// clean reports whether nothing is in flight on a stripe, at one moment of the look.
func (r *Record) clean(st *Stripe) bool {
	if !st.calm() {
		r.drainStripe(st, new(flight))
	}
	return st.read.began == st.read.ended
}

// detour sends what begins on watched stripes to others: those of the operation, and
// where too few are left, to spare ones.
func detour(homes []Stripe, spares []*Stripe) {
	var free []*Stripe
	for i := range homes {
		if homes[i].read.mark != watched {
			free = append(free, &homes[i])
		}
	}
	if len(free) < len(homes) {
		for _, st := range spares {
			if st.read.mark != watched && len(free) < enough(homes) {
				free = append(free, st)
			}
		}
	}
	for i := range homes {
		var to *Stripe
		if homes[i].read.mark == watched && len(free) > 0 {
			to = free[i%len(free)]
		}
		if homes[i].detour.Load() != to {
			homes[i].detour.Store(to)
		}
	}
}

// at returns one of the stripes of an operation.
func at(homes []Stripe, spares []*Stripe, i int) *Stripe {
	if i < len(homes) {
		return &homes[i]
	}
	return spares[i-len(homes)]
}

// An OldOperation is the oldest one of its kind that is in flight.
type OldOperation struct {
	Op  Operation
	Age time.Duration
}

// oldest returns those of which the watch knows an age, after a look at all stripes:
// the oldest of each operation.
func (r *Record) oldest() (old []OldOperation) {
	now := time.Since(base)
	for st := range r.all {
		if st.read.began == st.read.ended || st.read.ended >= st.read.mark {
			continue
		}
		age := now - st.read.markedAt
		if age < watchPause { // it was suspected just now, and is not judged
			continue
		}
		i := slices.IndexFunc(old, func(o OldOperation) bool { return o.Op == st.Op })
		if i < 0 {
			old = append(old, OldOperation{st.Op, age})
		} else {
			old[i].Age = max(old[i].Age, age)
		}
	}
	return old
}

// Oldest returns the oldest operation in flight of each kind, as far as one is older
// than the interval of the watch.
func (r *Record) Oldest() []OldOperation {
	r.Ledger.mu.Lock()
	defer r.Ledger.mu.Unlock()
	r.drain(new(flight))
	return r.oldest()
}
