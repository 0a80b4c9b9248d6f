// Package record counts the operations of stores, and keeps the counts until every
// reader has had them.
//
// An operation adds to a [Stripe] when it begins and when it ends. A [Record] has
// the stripes of one store from its Wrap to its Close; a [Ledger] adds these up to
// totals, which outlive the record; a [Registry] holds the ledgers. A [Reader]
// asks the registry for a [Collection]: what each store has counted, and how much
// of that is new to this reader.
//
// The files, by what they do:
//
//   - operation.go, failure.go, outcome.go, slot.go: what is told apart
//   - layout.go, exponential.go: the buckets of durations
//   - stripe.go, begun.go, late_stripes.go, record.go: where operations add
//   - drain.go, parked.go, total.go, endings.go, window.go: where a stripe's counts
//     are added up
//   - aside.go, reading.go, lag.go, pool.go, connections.go: what is known besides
//     operations
//   - series.go, admission.go: the attributes, and how many series there may be
//   - registry.go, ledger.go, farewell.go: which stores there are, and were
//   - reader.go, snapshot.go, collection.go: what a reader is told
//   - attend.go, watch.go: what goes on without an operation or a reader, and which
//     operation hangs
//
// The package does arithmetic only. It knows nothing of OpenTelemetry's SDK, of
// spans or of loggers, and calls its users only through functions that they pass to
// it: one says how many series there may be, and others are told of a dropped ledger,
// of an operation that there is no room for, and of one that hangs.
package record
