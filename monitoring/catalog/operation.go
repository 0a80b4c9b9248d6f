package catalog

// An Operation is a value of db.operation.name.
type Operation string

// Operations of a store. A batch of one is the plain operation.
const (
	Get            Operation = "get"
	Put            Operation = "put"
	Delete         Operation = "delete"
	Scan           Operation = "scan"
	View           Operation = "view"
	Update         Operation = "update"
	CompareAndSwap Operation = "compare_and_swap"
	Ping           Operation = "ping"
	BatchPut       Operation = "BATCH put"
	BatchDelete    Operation = "BATCH delete"
	BatchGet       Operation = "BATCH get"
	Batch          Operation = "BATCH"
)

// Other is what an operation of a Recorder counts as that its program did not
// declare, or whose series would not fit. No store has it, so it is not among
// [Operations].
const Other Operation = "other"

// Operations returns those of a store in the order of /metrics.
func Operations() []Operation {
	return []Operation{
		Get, Put, Delete, Scan, View, Update, CompareAndSwap, Ping,
		BatchPut, BatchDelete, BatchGet, Batch,
	}
}

// OutsideLatency reports whether objectives of latency, rules and default
// thresholds of slowness leave the operation out: the durations of a scan, a view
// and an update contain the caller's own code, a ping serves probes, and [Other]
// is a mixture of which nobody knows what it does.
func (o Operation) OutsideLatency() bool {
	return o.Contract().CallerTime || o == Ping || o == Other
}

// An Outcome is a value of kvdb.outcome: how an operation ended, as its caller
// sees it.
type Outcome string

// Outcomes of operations. Only Error counts against an objective.
const (
	OK       Outcome = "ok"
	Miss     Outcome = "miss"     // a read found nothing, a swap did not match
	Conflict Outcome = "conflict" // an update lost to another
	Aborted  Outcome = "aborted"  // the caller's transaction function returned its own error
	Canceled Outcome = "canceled" // the caller went away
	Error    Outcome = "error"
)

// Outcomes returns all outcomes.
func Outcomes() []Outcome { return []Outcome{OK, Miss, Conflict, Aborted, Canceled, Error} }

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
	ErrPanic           ErrorKind = "panic"
	ErrOther           ErrorKind = "_OTHER"
)

// ErrorKinds returns all types of errors that the project itself names.
func ErrorKinds() []ErrorKind {
	return []ErrorKind{
		ErrTimeout, ErrConflict, ErrClosed, ErrReadOnly, ErrTooLarge, ErrUnavailable,
		ErrCorruption, ErrNoSpace, ErrInvalidArgument, ErrPanic, ErrOther,
	}
}

// CallersFault reports whether the caller could have known better. Such an error
// is logged at warn and stands outside of the objective.
func (k ErrorKind) CallersFault() bool { return k == ErrInvalidArgument || k == ErrTooLarge }
