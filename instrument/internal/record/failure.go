package record

import "github.com/otelkv/otelkv/monitoring/catalog"

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
	FailureEngineFailed
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
	FailureEngineFailed:    string(catalog.ErrEngineFailed),
	FailurePanic:           string(catalog.ErrPanic),
	FailureOther:           string(catalog.ErrOther),
}

// FailureNames returns the names of all failures, those of a user's types last.
func FailureNames(types []string) []string {
	return append(builtinFailureNames[:len(builtinFailureNames):len(builtinFailureNames)], types...)
}
