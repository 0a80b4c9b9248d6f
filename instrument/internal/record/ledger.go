package record

import (
	"slices"
	"sync"
	"time"
	"weak"
)

// A Ledger is what readers see of a store: totals, to which its record brings
// what operations leave behind. When the store is closed and opened again before
// all readers have seen its final values, the next record goes on in the same
// ledger.
type Ledger struct {
	Layout   *layout
	Series   *Series
	Admitted *admission
	Start    time.Time // of all its series
	closedAt time.Time // zero while the store is open; guarded by the registry
	looked   bool      // its final values were observed; guarded by the registry
	dropped  bool      // guarded by the registry

	mu      sync.Mutex // guards the rest
	infos   []OperationInfo
	totals  []*total  // by operation; nil until the first use
	slots   int       // of each operation
	records []*Record // the latest last; those before have operations in flight
	former  []weak.Pointer[Record]
	rotated time.Time // the windows

	aside          *aside // the latest record's
	suppressed     uint64 // lines, by the records before
	compat, logged bool   // as the latest record has it
}

// maxFormer bounds the records of closed stores that a ledger asks for what comes
// late: those in flight, which have memory for all their stripes, and those that
// only their stores keep.
const maxFormer = 8

func newLedger(r *Record) *Ledger {
	now := time.Now()
	return &Ledger{Layout: r.layout, Series: r.Series, Admitted: newAdmission(), Start: now, rotated: now}
}

// enter makes a record the latest one, unless there is no room for what it has.
// Operations and failures that the ledger knows keep their places, so that a
// reader can compare it with what it saw before; others come behind them.
func (l *Ledger) enter(r *Record) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	infos, operations := mergeInfos(l.infos, r.Infos)
	failures, slots := l.Series.merge(r.Series.failures)
	if l.aside != nil && (!fit(infos) || len(failures) > int(BuiltinFailures)+MaxErrorTypes) {
		return false
	}
	l.Series.extend(failures)
	l.infos = infos
	l.totals = append(l.totals, make([]*total, len(infos)-len(l.totals))...)
	l.slots = int(FirstFailureSlot) + len(failures)
	l.Admitted.resize(infos, len(l.Layout.Bounds), func(info *OperationInfo) int { //otelkv:lockok most is the table's, which only computes
		return r.most(r, info, len(failures), len(l.Layout.Bounds))
	})
	r.Ledger, r.Slots, r.places = l, slots, make([]Operation, len(operations))
	for op, place := range operations {
		r.places[op] = Operation(place)
	}
	l.catchUp(time.Now())
	if l.aside != nil {
		l.suppressed += l.aside.Suppressed.Load()
	}
	l.aside, l.compat, l.logged = r.aside, r.Compat, r.Logged
	l.records = append(l.records, r)
	l.records = slices.Delete(l.records, 0, max(len(l.records)-maxFormer-1, 0))
	return true
}

// mergeInfos returns the operations of a and of b, and the places of those of b
// among them. What b says of an operation holds, unless the store lacks it now.
func mergeInfos(a, b []OperationInfo) (merged []OperationInfo, places []int) {
	places = make([]int, len(b))
	if len(a) == 0 { // the first ones have their places
		for i := range places {
			places[i] = i
		}
		return b, places
	}
	merged = slices.Clone(a)
	for i, info := range b {
		at := slices.IndexFunc(merged, func(other OperationInfo) bool { return other.Name == info.Name })
		switch {
		case at < 0:
			at = len(merged)
			merged = append(merged, info)
		case !info.Absent:
			merged[at] = info
		}
		places[i] = at
	}
	return merged, places
}

// fit reports whether one ledger has room for the operations.
func fit(infos []OperationInfo) bool {
	early := 0
	for i := range infos {
		if !infos[i].Late {
			early++
		}
	}
	return early <= max(EarlyOperations, int(StoreOperations)) && len(infos) <= MaxOperations+1 // with that of the others
}

// settle takes the counts of a record whose store was closed. Memory for stripes
// is then kept only where operations are in flight.
func (l *Ledger) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drain()
}

// drain brings all counts from the records to the totals and returns how many
// operations are in flight; see docs/decisions/0017. The caller holds mu.
func (l *Ledger) drain() uint64 {
	records := l.records
	for _, w := range l.former {
		if r := w.Value(); r != nil {
			records = append(records[:len(records):len(records)], r)
		}
	}
	for _, r := range records {
		r.look()
	}
	var f flight
	for _, r := range records {
		r.drain(&f)
	}
	l.retire()
	return f.count()
}

// retire leaves the records of closed stores to those who still have the store,
// once nothing is in flight.
func (l *Ledger) retire() {
	l.records = slices.DeleteFunc(l.records, func(r *Record) bool {
		idle := r.closed.Load() && r.idle()
		if idle {
			l.former = append(l.former, weak.Make(r))
		}
		return idle
	})
	l.former = slices.DeleteFunc(l.former, func(w weak.Pointer[Record]) bool { return w.Value() == nil })
	l.former = slices.Delete(l.former, 0, max(len(l.former)-maxFormer, 0))
}

// rotate finishes the current interval of all windows.
func (l *Ledger) rotate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drain()
	l.rotated = time.Now()
	for _, t := range l.totals {
		t.rotate()
	}
}

// catchUp moves the windows on by the time in which no store was open, and so
// nobody rotated them. The caller holds mu.
func (l *Ledger) catchUp(now time.Time) {
	for range min(now.Sub(l.rotated)/PollInterval, windowIntervals) {
		for _, t := range l.totals {
			t.rotate()
		}
	}
	l.rotated = now
}
