package catalog

// An ErrorKind is a value of error.type on metrics, spans and lines of
// operations.
type ErrorKind string

// Types of errors. A program can declare more of them for each store.
const (
	ErrTimeout         ErrorKind = "timeout"
	ErrConflict        ErrorKind = "conflict" // its outcome is Conflict, not Error
	ErrClosed          ErrorKind = "closed"
	ErrReadOnly        ErrorKind = "read_only"
	ErrTooLarge        ErrorKind = "too_large"
	ErrUnavailable     ErrorKind = "unavailable"
	ErrCorruption      ErrorKind = "corruption"
	ErrNoSpace         ErrorKind = "no_space"
	ErrInvalidArgument ErrorKind = "invalid_argument"
	ErrEngineFailed    ErrorKind = "engine_failed"
	ErrPanic           ErrorKind = "panic"
	ErrOther           ErrorKind = "_OTHER"
)

// ErrorKinds returns all types of errors that the project itself names.
func ErrorKinds() []ErrorKind {
	return []ErrorKind{
		ErrTimeout, ErrConflict, ErrClosed, ErrReadOnly, ErrTooLarge, ErrUnavailable,
		ErrCorruption, ErrNoSpace, ErrInvalidArgument, ErrEngineFailed, ErrPanic, ErrOther,
	}
}

// CallersFault reports whether the caller could have known better. Such an error
// is logged at warn and stands outside of the objective.
func (k ErrorKind) CallersFault() bool {
	return k == ErrInvalidArgument || k == ErrTooLarge || k == ErrClosed
}

// Help says what the type of error means, in a sentence without a full stop.
func (k ErrorKind) Help() string { return errorHelp[k] }

var errorHelp = map[ErrorKind]string{
	ErrTimeout:         "The deadline of the caller, of the engine or of a connection passed",
	ErrConflict:        "The outcome is conflict, too, and not error",
	ErrClosed:          "The store, or the client of it, had been closed: the caller's fault",
	ErrReadOnly:        "The store takes no writes",
	ErrTooLarge:        "A key, a value or a batch is larger than the engine takes: the caller's fault",
	ErrUnavailable:     "The engine, or the server that it is on, could not be reached or is not able to answer, or the process has no descriptor left to reach it with",
	ErrCorruption:      "What is stored is damaged",
	ErrNoSpace:         "A write found no room on the disk, or within a quota",
	ErrInvalidArgument: "The call can never work, as with an empty key: the caller's fault",
	ErrEngineFailed:    "The engine is in a state that only opening the store again ends",
	ErrPanic:           "The operation panicked, or ended its goroutine",
	ErrOther:           "Anything else",
}
