// Package instrument wraps a key-value store so that everything it does is
// counted, timed, traced and logged, for about two clock readings an operation
// and no allocation:
//
//	store, err := instrument.Wrap(store, instrument.WithTelemetry(tel))
//
// The wrapped [Store] has exactly the capabilities of the store below it; find
// them with [kvdb.As]. Its counts are kept in a [Registry], from which a
// [Producer] hands them to each reader of an OpenTelemetry MeterProvider.
// Package otelsetup puts these parts together. What is no kvdb store reports the
// same with a [Recorder].
//
// # Telemetry
//
// Metrics tell of a store how many operations there were, how they ended and how
// long they took, with exemplars that name the operation's span; how many bytes
// went in and out; what is in flight; and what the engine, its replicas and its pool
// of connections say of themselves. What is timed is the engine's method, and for
// scan, view and update the caller's code within it. Describe, ReplicationLag,
// AppendStats, PoolStats and Close are not operations. A store shows at most 1,500
// series, whatever its callers send. [docs/reference/metrics.md] lists all of them, with the
// operations, outcomes and types of errors, and says what a store costs.
//
// An operation gets a span below a parent that is recording, or that is remote and
// sampled; see [SpanOptions] and [docs/reference/spans.md].
//
// With a logger, an operation that failed is logged at error, or at warn when the
// caller is at fault, a slow one at warn, and any other at debug; see [LogOptions].
// Lines of one kind are bounded in rate. What a store tells of itself, see
// [kvdb.Notifier], is a line, too. [docs/reference/logs.md] lists the messages and fields.
//
// The same error type stands on metric, span and line. No key and no value is in any
// of them, unless [LogOptions] ask for keys.
//
// While [ProfilerLabels] are enabled, the goroutine of an operation has the labels
// db.system.name, db.namespace and db.operation.name, by which CPU and goroutine
// profiles split.
//
// [docs/reference/metrics.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md
// [docs/reference/spans.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/spans.md
// [docs/reference/logs.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/logs.md
package instrument
