package kvdb

import (
	"context"
	"errors"
)

// The kinds of errors. An error of a store matches at most one of them under
// [errors.Is], and besides it the engine's own error.
var (
	// ErrNotFound is what a read of an absent key returns. It is no failure, so
	// stores return it as it is, without the cost of wrapping.
	ErrNotFound = errors.New("kvdb: not found")

	// ErrInvalidArgument is a call that can never work, such as an empty key.
	ErrInvalidArgument = errors.New("kvdb: invalid argument")

	// ErrTooLarge is a key, value or batch above the engine's limit.
	ErrTooLarge = errors.New("kvdb: too large")

	// ErrClosed is a call after Close.
	ErrClosed = errors.New("kvdb: closed")

	// ErrReadOnly is a write to a store that takes none.
	ErrReadOnly = errors.New("kvdb: read only")

	// ErrConflict is a transaction that lost to another one. It can be tried
	// again.
	ErrConflict = errors.New("kvdb: conflict")

	// ErrTimeout is a call that ran out of time.
	ErrTimeout = errors.New("kvdb: timeout")

	// ErrUnavailable is an engine that cannot be reached, or that refuses to
	// serve for now.
	ErrUnavailable = errors.New("kvdb: unavailable")

	// ErrNoSpace is a write that found no room on the disk or within a quota.
	ErrNoSpace = errors.New("kvdb: no space")

	// ErrCorruption is stored data that is not what was written.
	ErrCorruption = errors.New("kvdb: corruption")

	// ErrEngineFailed is a call that the engine does not take any more because of
	// something that happened earlier, and that only closing the store and opening it
	// again ends. The cause is what happened first.
	ErrEngineFailed = errors.New("kvdb: engine failed")

	// ErrLagUnknown is a replication lag that cannot be told, for example
	// because the primary does not answer, or does not know where it is.
	ErrLagUnknown = errors.New("kvdb: replication lag unknown")
)

// Error is an error of a store: the operation that failed, the kind of
// failure, and the engine's own error. Both the kind and the cause are
// reachable through [errors.Is] and [errors.As].
type Error struct {
	Op   string // the operation: get, put, delete, scan, open …
	Kind error  // one of the Err… variables of this package; nil when none fits
	Err  error  // the cause; nil when the kind says everything
}

// Error returns the operation, the kind and the cause, as far as they are
// known. It holds no key and no value unless the engine's own text does.
func (e *Error) Error() string {
	if e == nil {
		return "<nil>"
	}
	s := "kvdb"
	if e.Op != "" {
		s += ": " + e.Op
	}
	if e.Kind != nil {
		s += ": " + trimPackage(e.Kind.Error())
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e == nil {
		return nil
	}
	errs := make([]error, 0, 2)
	if e.Kind != nil {
		errs = append(errs, e.Kind)
	}
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	return errs
}

// CheckContext returns nil while ctx is live, and then an [*Error] for op that
// matches ctx.Err(): with the kind [ErrTimeout] when the deadline has passed,
// and without a kind when the caller cancelled. Stores call it first.
func CheckContext(ctx context.Context, op string) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return ContextError(op, err)
}

// ContextError wraps an error that came out of a context, as [CheckContext]
// does.
func ContextError(op string, err error) error {
	e := &Error{Op: op, Err: err}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Kind = ErrTimeout
	}
	return e
}

// CheckKey returns nil for a key that a store accepts as far as this package
// knows, and an [*Error] for op of the kind [ErrInvalidArgument] for an empty
// one.
func CheckKey(op string, key []byte) error {
	if len(key) == 0 {
		return &Error{Op: op, Kind: ErrInvalidArgument, Err: errEmptyKey}
	}
	return nil
}

var errEmptyKey = errors.New("the key is empty")

func trimPackage(s string) string {
	const prefix = "kvdb: "
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):]
	}
	return s
}
