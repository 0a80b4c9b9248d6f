package instrument

import (
	"cmp"
	"slices"
	"time"
)

// An OldOperation is the oldest one of its kind that has begun and not ended.
type OldOperation struct {
	Operation string        // as on the metrics: "get", "BATCH put"
	Age       time.Duration // at most a second too low

	// CallerTime is true where the operation contains the caller's own code: a scan,
	// a view, an update. These may last, and not for the engine's sake.
	CallerTime bool
}

// Oldest returns the oldest operation of each kind in flight, the oldest one first,
// as far as it has been for a second or more. It takes microseconds and waits for no
// operation. Of many operations that hang, those that began last may show too young
// while others of their kind go on.
func (s *Store) Oldest() []OldOperation {
	if s == nil {
		return nil
	}
	return s.observer.oldest()
}

// OldestOwn is the age of the oldest operation in flight that contains none of the
// caller's code, and 0 while none has been for a second: that of a store that hangs,
// for a check such as package health's Traffic.
func (s *Store) OldestOwn() time.Duration {
	for _, o := range s.Oldest() {
		if !o.CallerTime {
			return o.Age
		}
	}
	return 0
}

// Oldest is [Store.Oldest] for the calls of a Recorder.
func (r *Recorder) Oldest() []OldOperation {
	if r == nil {
		return nil
	}
	return r.observer.oldest()
}

func (o *observer) oldest() []OldOperation {
	if o.rec == nil {
		return nil
	}
	var old []OldOperation
	for _, oldest := range o.rec.Oldest() {
		info := &o.rec.Infos[oldest.Op]
		old = append(old, OldOperation{info.Name, oldest.Age, info.CallerTime})
	}
	slices.SortFunc(old, func(a, b OldOperation) int { return cmp.Compare(b.Age, a.Age) })
	return old
}
