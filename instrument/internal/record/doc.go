// Package record counts the operations of stores and keeps what it counted until
// readers have been told.
//
// An operation adds to a [Stripe] when it begins and when it ends. A [Record] has
// the stripes of one store from its Wrap to its Close; a [Ledger] takes what they
// hold to totals, which outlive the record; a [Registry] has the ledgers. A
// [Reader] asks it for a [Collection]: what every store has counted, and what of
// that is new to this reader.
//
// The package does arithmetic only. It knows neither OpenTelemetry's SDK nor
// spans nor a logger, and does not call whoever uses it, but for the two
// functions that those give it: how many series there may be of what it counts, and
// what to do about a ledger that has been dropped.
package record
