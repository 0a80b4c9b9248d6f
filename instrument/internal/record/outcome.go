package record

import "github.com/otelkv/otelkv/monitoring/catalog"

// An Outcome is how an operation ended, as its caller sees it.
type Outcome uint8

// The outcomes.
const (
	OutcomeOK       Outcome = iota
	OutcomeMiss             // a read found nothing, a swap did not match
	OutcomeConflict         // an update lost to another
	OutcomeAborted          // the caller's transaction function returned its own error
	OutcomeCanceled         // the caller went away
	OutcomeError            // the only one that counts as an error
	Outcomes
)

var outcomeNames = [Outcomes]string{
	OutcomeOK: string(catalog.OK), OutcomeMiss: string(catalog.Miss), OutcomeConflict: string(catalog.Conflict),
	OutcomeAborted: string(catalog.Aborted), OutcomeCanceled: string(catalog.Canceled), OutcomeError: string(catalog.Error),
}

func (o Outcome) String() string { return outcomeNames[o] }

// A Failure is a value of error.type: a built-in one below, or one of the
// user's classifier behind them.
type Failure uint8

// The built-in failures.
const (
	FailureTimeout Failure = iota
	FailureConflict
	FailureClosed
	FailureReadOnly
	FailureTooLarge
	FailureUnavailable
	FailureCorruption
	FailureNoSpace
	FailureInvalidArgument
	FailurePanic
	FailureOther
	BuiltinFailures
)

// MaxErrorTypes bounds what a classifier may add to the series of a store.
const MaxErrorTypes = 8

var builtinFailureNames = [BuiltinFailures]string{
	FailureTimeout:         string(catalog.ErrTimeout),
	FailureConflict:        string(catalog.ErrConflict),
	FailureClosed:          string(catalog.ErrClosed),
	FailureReadOnly:        string(catalog.ErrReadOnly),
	FailureTooLarge:        string(catalog.ErrTooLarge),
	FailureUnavailable:     string(catalog.ErrUnavailable),
	FailureCorruption:      string(catalog.ErrCorruption),
	FailureNoSpace:         string(catalog.ErrNoSpace),
	FailureInvalidArgument: string(catalog.ErrInvalidArgument),
	FailurePanic:           string(catalog.ErrPanic),
	FailureOther:           string(catalog.ErrOther),
}

// FailureNames returns the names of all failures, those of a user's types last.
func FailureNames(types []string) []string {
	return append(builtinFailureNames[:len(builtinFailureNames):len(builtinFailureNames)], types...)
}

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
