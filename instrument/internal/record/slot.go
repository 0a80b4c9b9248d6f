package record

import "github.com/otelkv/otelkv/monitoring/catalog"

// A Slot is where an operation is counted: one for each outcome but conflict
// and error, and one for each failure, conflict among them. It carries both
// labels, so that one number passes from the classification to every signal.
type Slot uint8

// The slots that are no failures, and the first one that is.
const (
	SlotOK Slot = iota
	SlotMiss
	SlotAborted
	SlotCanceled
	FirstFailureSlot
)

// hotSlots are the slots of ordinary traffic, counted in stripes; the others
// are counted under a lock.
const hotSlots = 2

// FailureSlot returns the slot of a failure.
func FailureSlot(f Failure) Slot { return FirstFailureSlot + Slot(f) }

// Failed reports whether the slot is that of a failure, a conflict among them.
func (s Slot) Failed() bool { return s >= FirstFailureSlot }

// Failure returns the failure of a slot that is one.
func (s Slot) Failure() Failure { return Failure(s - FirstFailureSlot) }

// Outcome returns the outcome of which the slot is a part.
func (s Slot) Outcome() Outcome {
	switch s {
	case SlotOK:
		return OutcomeOK
	case SlotMiss:
		return OutcomeMiss
	case SlotAborted:
		return OutcomeAborted
	case SlotCanceled:
		return OutcomeCanceled
	case FailureSlot(FailureConflict):
		return OutcomeConflict
	default:
		return OutcomeError
	}
}

// CallersFault reports whether the caller could have known better: such an
// error is outside the objective and no reason to wake anybody.
func (s Slot) CallersFault() bool {
	return s.Failed() && s.Failure() < BuiltinFailures && catalog.ErrorKind(builtinFailureNames[s.Failure()]).CallersFault()
}
