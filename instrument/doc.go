// Package instrument wraps a key-value store so that everything it does is
// counted, timed, traced and logged, for about two clock readings an operation and
// no allocation:
//
//	store, err := instrument.Wrap(store, instrument.WithTelemetry(tel))
//
// The wrapped [Store] has exactly the capabilities of the store below it; find
// them with [kvdb.As]. Its counts are kept in a [Registry], from which a
// [Producer] hands them to each reader of an OpenTelemetry MeterProvider. Package
// otelsetup puts these parts together. A [Recorder] reports the same for calls
// that do not go through a kvdb store.
//
// # Clock
//
// Durations come from the processor's counter where Linux tells time by the same counter
// (amd64, and arm64 where a tick is at most 20 ns), from two seconds after the first store
// was wrapped. It is compared with the monotonic clock each second. When they
// disagree, which suspending or moving a machine can bring about, or when the kernel turns to
// another clock source, durations come from the monotonic clock for as long as the
// process runs, as they do on other systems; kvdb.clock.fallbacks counts that, and one line of the
// log says why. What takes a second or more is never told by the counter alone.
//
// The environment variable OTELKV_CLOCK, set to monotonic, or the build tag otelkv_monotonic
// keep to the monotonic clock from the start. The default is counter; any other value is taken for
// monotonic and logged. A store that is wrapped inside a bubble of testing/synctest has the
// bubble's clock. Durations inside a bubble of one that was wrapped outside are not defined.
//
// # Telemetry
//
// For each store there are metrics of how many operations there were, how they
// ended and how long they took, with exemplars that name the operation's span; of
// the bytes that went in and out; of what is in flight; and of what the engine,
// its replicas and its connection pool report. A duration is that of the engine's
// method, which for scan, view and update includes the caller's code. Describe,
// ReplicationLag, AppendStats, PoolStats and Close are not operations. A store has
// at most 1,500 series, whatever its callers send. [docs/reference/metrics.md]
// lists the metrics, operations, outcomes and error types, and says what a store
// costs.
//
// An operation gets a span if its parent is recording, or is remote and sampled;
// see [SpanOptions] and [docs/reference/spans.md].
//
// With a logger, a failed operation is logged at error, or at warn if the caller
// is at fault; a slow one at warn; and any other at debug. See [LogOptions].
// Similar lines are rate-limited. The notices of a store ([kvdb.Notifier]) are
// logged, too. [docs/reference/logs.md] lists the messages and fields.
//
// Metric, span and line carry the same error type. None of them holds a key or a
// value, unless [LogOptions] ask for keys.
//
// While [ProfilerLabels] are enabled, the goroutine of an operation has the labels
// db.system.name, db.namespace and db.operation.name, by which CPU and goroutine
// profiles split.
//
// [docs/reference/metrics.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md
// [docs/reference/spans.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/spans.md
// [docs/reference/logs.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/logs.md
package instrument
