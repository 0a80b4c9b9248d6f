package instrument

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// A Snapshot is what the open stores and Recorders of a [Registry] have counted up
// to one moment, in plain numbers: for a page that shows them, and for tests. It
// has memory of its own.
type Snapshot struct {
	Time   time.Time
	Stores []StoreSnapshot // in the order of their systems and namespaces
}

// A StoreSnapshot is one store or Recorder.
type StoreSnapshot struct {
	System, Namespace string

	// Since is when the counts began: at Wrap, or before it if a store with the same
	// attributes had been closed and some reader had not seen its final values.
	Since time.Time

	InFlight   uint64              // operations that began and have not ended
	OldestAge  time.Duration       // of the oldest of them; 0 while none is older than a second
	Operations []OperationSnapshot // in the order in which they stand on /metrics
}

// An OperationSnapshot is one operation that a store has. Its counts are of what has
// ended, and never fall while the store is open.
type OperationSnapshot struct {
	Operation string // as on the metrics: "get", "BATCH put"

	// By outcome.
	OK, Miss, Conflict, Aborted, Canceled, Errors uint64

	ErrorTypes map[string]uint64 // the errors by error.type; nil while there are none

	BytesRead, BytesWritten uint64 // of keys and values; what is written counts when the operation begins

	Total time.Duration // how long all of them took together

	// P50, P95 and P99 are quantiles of how long the operations of the last minute
	// took, at most 5 % off; zero where there were none, and without the compat metrics,
	// which a Recorder leaves out by default.
	P50, P95, P99 time.Duration
}

// Ended is the number of operations that have ended, whatever their outcome.
func (o *OperationSnapshot) Ended() uint64 {
	return o.OK + o.Miss + o.Conflict + o.Aborted + o.Canceled + o.Errors
}

// Snapshot returns what the open stores and Recorders have counted. It does no I/O,
// takes some ten microseconds a store, and neither waits for an operation nor changes
// what a [Producer] tells. All counts of a store are from one moment; those of two
// stores are from two. It is safe for concurrent use. Of a nil or zero Registry it is
// empty.
//
// A store that reports to a MeterProvider is in no Registry of the user's, and so in
// no snapshot.
func (r *Registry) Snapshot() Snapshot {
	if r == nil || r.records == nil {
		return Snapshot{Time: time.Now()}
	}
	c := r.records.Survey()
	s := Snapshot{Time: c.At, Stores: make([]StoreSnapshot, len(c.Sources))}
	for i := range c.Sources {
		from := &c.Sources[i]
		s.Stores[i] = StoreSnapshot{
			System: from.Series.System, Namespace: from.Series.Namespace, Since: from.Since, InFlight: from.Now.InFlight,
			OldestAge: from.Now.Oldest,
		}
	}
	at := make(map[*record.Source]*StoreSnapshot, len(s.Stores))
	for i := range s.Stores {
		at[&c.Sources[i]] = &s.Stores[i]
	}
	c.Operations(func(from *record.Source, op record.Operation, info *record.OperationInfo) {
		to := at[from]
		to.Operations = append(to.Operations, newOperationSnapshot(from.Series, info.Name, &from.Now.Ops[op]))
	})
	slices.SortFunc(s.Stores, func(a, b StoreSnapshot) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Namespace, b.Namespace))
	})
	return s
}

func newOperationSnapshot(series *record.Series, name string, from *record.OperationSnapshot) OperationSnapshot {
	o := OperationSnapshot{Operation: name, BytesRead: from.Read, BytesWritten: from.Written}
	counts := [record.Outcomes]*uint64{
		record.OutcomeOK: &o.OK, record.OutcomeMiss: &o.Miss, record.OutcomeConflict: &o.Conflict,
		record.OutcomeAborted: &o.Aborted, record.OutcomeCanceled: &o.Canceled, record.OutcomeError: &o.Errors,
	}
	for i := range from.Tallies {
		slot, n := record.Slot(i), from.Tallies[i].Count()
		if n == 0 {
			continue
		}
		*counts[slot.Outcome()] += n
		o.Total += time.Duration(min(from.Tallies[i].Nanos, uint64(math.MaxInt64-o.Total)))
		if slot.Outcome() == record.OutcomeError {
			if o.ErrorTypes == nil {
				o.ErrorTypes = make(map[string]uint64)
			}
			o.ErrorTypes[series.FailureName(slot.Failure())] += n
		}
	}
	for i, to := range []*time.Duration{&o.P50, &o.P95, &o.P99} {
		if q := from.Quantiles[i]; !math.IsNaN(q) {
			*to = time.Duration(math.Round(q * float64(time.Second)))
		}
	}
	return o
}
