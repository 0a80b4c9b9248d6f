// Package record counts the operations of stores, and keeps the counts until every
// reader has had them.
//
// An operation adds to a [Stripe] when it begins and when it ends. A [Record] has
// the stripes of one store from its Wrap to its Close; a [Ledger] adds these up to
// totals, which outlive the record; a [Registry] holds the ledgers. A [Reader]
// asks the registry for a [Collection]: what each store has counted, and how much
// of that is new to this reader.
//
// The package does arithmetic only. It knows nothing of OpenTelemetry's SDK, of
// spans or of loggers, and calls its users through two functions only, which they
// pass to it: one says how many series there may be, the other is told of a
// dropped ledger.
package record
