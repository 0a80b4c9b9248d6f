package catalog

import "slices"

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
// and an update contain the caller's own code, a ping serves probes, [Other] is
// a mixture of which nobody knows what it does, and [UntimedCommands] wait on purpose.
func (o Operation) OutsideLatency() bool {
	return o.Contract().CallerTime || o == Ping || o == Other || slices.Contains(UntimedCommands(), o)
}
