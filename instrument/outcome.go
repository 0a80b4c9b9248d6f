package instrument

import "github.com/otelkv/otelkv/monitoring/catalog"

// An outcome is how an operation ended, as its caller sees it.
type outcome uint8

const (
	outcomeOK       outcome = iota
	outcomeMiss             // a read found nothing, a swap did not match
	outcomeConflict         // an update lost to another
	outcomeAborted          // the caller's transaction function returned its own error
	outcomeCanceled         // the caller went away
	outcomeError            // the only one that counts as an error
	outcomes
)

var outcomeNames = [outcomes]string{
	outcomeOK: string(catalog.OK), outcomeMiss: string(catalog.Miss), outcomeConflict: string(catalog.Conflict),
	outcomeAborted: string(catalog.Aborted), outcomeCanceled: string(catalog.Canceled), outcomeError: string(catalog.Error),
}

func (o outcome) String() string { return outcomeNames[o] }

// A failure is a value of error.type: a built-in one below, or one of the
// user's classifier behind them.
type failure uint8

const (
	failureTimeout failure = iota
	failureConflict
	failureClosed
	failureReadOnly
	failureTooLarge
	failureUnavailable
	failureCorruption
	failureNoSpace
	failureInvalidArgument
	failurePanic
	failureOther
	builtinFailures
)

// maxErrorTypes bounds what a classifier may add to the series of a store.
const maxErrorTypes = 8

var builtinFailureNames = [builtinFailures]string{
	failureTimeout:         string(catalog.ErrTimeout),
	failureConflict:        string(catalog.ErrConflict),
	failureClosed:          string(catalog.ErrClosed),
	failureReadOnly:        string(catalog.ErrReadOnly),
	failureTooLarge:        string(catalog.ErrTooLarge),
	failureUnavailable:     string(catalog.ErrUnavailable),
	failureCorruption:      string(catalog.ErrCorruption),
	failureNoSpace:         string(catalog.ErrNoSpace),
	failureInvalidArgument: string(catalog.ErrInvalidArgument),
	failurePanic:           string(catalog.ErrPanic),
	failureOther:           string(catalog.ErrOther),
}

// failureNames returns the names of all failures, those of a user's types last.
func failureNames(types []string) []string {
	return append(builtinFailureNames[:len(builtinFailureNames):len(builtinFailureNames)], types...)
}

// A slot is where an operation is counted: one for each outcome but conflict
// and error, and one for each failure, conflict among them. It carries both
// labels, so that one number passes from the classification to every signal.
type slot uint8

const (
	slotOK slot = iota
	slotMiss
	slotAborted
	slotCanceled
	firstFailureSlot
)

// hotSlots are the slots of ordinary traffic, counted in stripes; the others
// are counted under a lock.
const hotSlots = 2

func failureSlot(f failure) slot { return firstFailureSlot + slot(f) }

func (s slot) failed() bool { return s >= firstFailureSlot }

func (s slot) failure() failure { return failure(s - firstFailureSlot) }

func (s slot) outcome() outcome {
	switch s {
	case slotOK:
		return outcomeOK
	case slotMiss:
		return outcomeMiss
	case slotAborted:
		return outcomeAborted
	case slotCanceled:
		return outcomeCanceled
	case failureSlot(failureConflict):
		return outcomeConflict
	default:
		return outcomeError
	}
}

// callersFault reports whether the caller could have known better: such an
// error is outside the objective and no reason to wake anybody.
func (s slot) callersFault() bool {
	return s == failureSlot(failureInvalidArgument) || s == failureSlot(failureTooLarge)
}
