// Package instrument wraps a key-value store so that everything it does is
// counted, timed, traced and logged, for about two clock readings an operation
// and no allocation:
//
//	store, err := instrument.Wrap(store, instrument.WithTelemetry(tel))
//
// The wrapped [Store] has exactly the capabilities of the store below it; find
// them with [kvdb.As]. Its counts are kept in a [Registry], from which a
// [Producer] hands them to each reader of an OpenTelemetry MeterProvider.
// Package otelsetup puts these parts together.
//
// # Metrics
//
// All metrics of a store carry db.system.name, db.namespace, for a remote
// engine server.address and server.port, and the attributes of
// [WithAttributes].
//
//   - db.client.operation.duration (s): histogram by db.operation.name, and
//     error.type for operations that failed, with exemplars
//   - db.client.operation.duration.exponential (s): the same with exponential
//     buckets, with [WithExponentialDurations]; see [ExponentialDurationName]
//   - kvdb.request.latency (s): histogram by db.operation.name
//   - kvdb.request.latency.quantiles (s): summary by db.operation.name; the
//     quantiles 0.5, 0.95 and 0.99 of the last minute, at most 5 % off, NaN
//     without operations; for readers that ask for it with [WithSummaries], as
//     those of package otelsetup do
//   - kvdb.requests ({request}): counter by db.operation.name and kvdb.outcome
//   - kvdb.errors ({error}): counter by db.operation.name and error.type
//   - kvdb.bytes.read, kvdb.bytes.written (By): counters by db.operation.name of
//     the keys and values delivered to and sent by the caller; what is sent
//     counts when the operation begins
//   - kvdb.request.size, kvdb.response.size (By): histograms by
//     db.operation.name, with [WithSizes]; their sums are the two counters
//     above, so that of the first contains operations in flight
//   - kvdb.batch.items ({item}): counter by db.operation.name
//   - kvdb.in_flight ({operation}): operations that began and have not ended
//   - kvdb.log.suppressed ({line}): lines held back by [LogOptions].Burst, or lost to
//     a logger that panicked; with a logger
//   - kvdb.farewells.lost ({store}): counter without attributes, once a store has
//     been closed: closed stores that were forgotten before this reader was told
//     their final values, because it did not come for five minutes or because
//     there were more than 64
//   - kvdb.utilization (1): gauge with kvdb.resource "disk", where the engine
//     reports [kvdb.StatDiskUtilization]
//   - kvdb.replication.lag (s), kvdb.replication.connected: gauges by
//     kvdb.replica, where the store is a [kvdb.Lagger]
//   - db.client.connection.count, .max ({connection}), .pending_requests
//     ({request}), .timeouts ({timeout}) and .wait_time (s; a histogram with one
//     bucket, since pools tell count and sum): of a [kvdb.PoolReader], by
//     db.client.connection.pool.name, which is address:port/namespace, and for
//     the count db.client.connection.state
//   - kvdb.stats.age (s) and the metrics that a [kvdb.StatsReader] declares
//
// Operations are get, put, delete, scan, view, update, compare_and_swap, ping,
// and for batches of two or more "BATCH get", "BATCH put", "BATCH delete" and
// "BATCH". Outcomes are ok, miss, conflict, aborted (the caller's function
// returned its own error), canceled and error. Only error counts in
// kvdb.errors. Error types are timeout, conflict, closed, read_only, too_large,
// unavailable, corruption, no_space, invalid_argument, panic, _OTHER, and those
// of [WithErrorClassifier]; the same value stands on metric, span and line.
//
// A store shows at most 1,500 series, whatever its callers send. So that this
// holds, the duration histogram keeps a series for the first pairs of operation
// and error type that occur, and counts later pairs as _OTHER.
//
// What is timed is the engine's method, and for scan, view and update the
// caller's code within it. Describe, ReplicationLag, AppendStats, PoolStats and
// Close are not operations.
//
// # Spans
//
// An operation gets a span "{operation} {namespace}", of kind INTERNAL or for
// a remote engine CLIENT, below a parent that is recording or that is remote
// and sampled; see [SpanOptions]. Attributes: db.system.name, db.namespace,
// db.operation.name, server.address, server.port, db.operation.batch.size,
// error.type, and kvdb.evidence.id from the hook of [WithOnSlow]. The status is
// Error on failure, else unset. No key and no value is in a span.
//
// # Lines
//
// With a logger, an operation that failed is logged at error ("operation
// failed"; at warn when the caller is at fault), a slow one at warn ("operation
// slow"), and any other at debug ("operation succeeded", or "operation ended"
// when it was canceled, aborted or in conflict). Fields: system, namespace,
// operation, outcome, duration_ms, key_len, key_hash, value_bytes, error_type,
// error, batch_items, evidence, suppressed, trace_id, span_id, trace_flags. See
// [LogOptions].
//
// What a [kvdb.Notifier] has to tell becomes a line "store notice" with the
// fields system, namespace, notice, detail and numbers.
//
// # Profiler labels
//
// While [ProfilerLabels] are enabled, the goroutine of an operation has the
// labels db.system.name, db.namespace and db.operation.name, by which CPU and
// goroutine profiles split.
package instrument

import (
	"context"
	"errors"
	"fmt"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// A Store is an instrumented store: a decorator that records every operation of
// the store below it. It has the capabilities of that store, found with
// kvdb.As, and is safe for concurrent use.
type Store struct {
	next     kvdb.Store
	observer observer
	views    views

	pollers pollers
	notices noticeReader
}

// Wrap instruments s. It returns an error that lists everything that is wrong
// with the options and with the statistics that s declares, matching
// [ErrDuplicate] when the registry or MeterProvider already has an open store of
// the same system and namespace; s is then as it was. It blocks
// for no I/O: the engine's statistics are read in the background, at once and
// then every ten seconds.
//
// The Store owns s: its Close closes s.
func Wrap(s kvdb.Store, options ...Option) (*Store, error) {
	if typednil.Is(s) {
		return nil, errors.New("instrument: the store is nil: open it, and check the error, before Wrap")
	}
	c := newConfig(options)
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	var info kvdb.Info
	if d, ok := kvdb.As[kvdb.Describer](s); ok {
		info = d.Describe()
	}
	w := &Store{next: s}
	w.views = newViews(w)
	var err error
	if c.stats, err = declared(w.views.statsReader); err != nil {
		return nil, fmt.Errorf("instrument: %w", err)
	}
	o, err := newObserver(info, availableOperations(s), c)
	if err != nil {
		return nil, err
	}
	w.observer = *o
	w.pollers.start(w.observer.rec, w.views)
	w.notices.start(w.views.notifier, w.observer.log)
	return w, nil
}

// Get implements [kvdb.Store].
func (s *Store) Get(ctx context.Context, key []byte) (value []byte, err error) {
	var op op
	ctx, err = op.begin(ctx, &s.observer, opGet, len(key))
	defer func() { op.end(ctx, key, len(value), err) }()
	return s.next.Get(ctx, key)
}

// Put implements [kvdb.Store].
func (s *Store) Put(ctx context.Context, key, value []byte) (err error) {
	var op op
	ctx, err = op.begin(ctx, &s.observer, opPut, len(key)+len(value))
	defer func() { op.end(ctx, key, 0, err) }()
	return s.next.Put(ctx, key, value)
}

// Delete implements [kvdb.Store].
func (s *Store) Delete(ctx context.Context, key []byte) (err error) {
	var op op
	ctx, err = op.begin(ctx, &s.observer, opDelete, len(key))
	defer func() { op.end(ctx, key, 0, err) }()
	return s.next.Delete(ctx, key)
}

// Close closes the store below and frees the store's name in the registry. Each
// reader gets the final values once more, if it comes within five minutes and
// before 64 further stores have been closed; a store that is wrapped meanwhile with
// the same attributes goes on from them, and they are told together. It waits for a reading of the
// engine's statistics under way, for up to five seconds if that ignores its
// context, and for up to a second until the notices so far are logged.
func (s *Store) Close() error {
	s.pollers.stop()
	defer s.observer.close()
	defer s.notices.stop()
	return s.next.Close()
}

// Unwrap returns the store below, whose operations are not recorded.
func (s *Store) Unwrap() kvdb.Store { return s.next }

// As implements [kvdb.Decorator] with instrumented views of the capabilities of
// the store below.
func (s *Store) As(target any) bool { return s.views.as(target) }
