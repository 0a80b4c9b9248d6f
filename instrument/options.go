package instrument

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/slogcore"
)

// Telemetry is where a store reports: what package otelsetup starts with one
// call, or what a program put together itself.
type Telemetry interface {
	Registry() *Registry
	TracerProvider() trace.TracerProvider
	Logger() *zap.Logger
}

// An Option changes how Wrap instruments a store.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithTelemetry makes the store report to tel: metrics to its Registry, spans
// to its TracerProvider, logs to its Logger. Options for one of the three win
// over it, wherever they stand. By default, and with nil, it reports as the other
// options say. A nil pointer as tel is an error of Wrap.
func WithTelemetry(tel Telemetry) Option {
	return optionFunc(func(c *config) {
		if tel == nil || !c.accepts("WithTelemetry", tel) {
			return
		}
		r := tel.Registry()
		c.unregistered = r == nil
		if c.registry == nil {
			c.registry = r
		}
		if tp := tel.TracerProvider(); c.tracerProvider == nil && tp != nil && c.accepts("WithTelemetry", tp) {
			c.tracerProvider = tp
		}
		if l := tel.Logger(); c.logger == nil {
			c.logger = l
		}
	})
}

// WithRegistry makes the store report its metrics to r, whose producers hand
// them to the readers of a MeterProvider. By default, and with nil, it is the
// Telemetry's, else there is none: see [WithMeterProvider].
func WithRegistry(r *Registry) Option {
	return optionFunc(func(c *config) {
		if r != nil {
			c.registry = r
		}
	})
}

// WithMeterProvider makes the store report its metrics through the instruments
// of mp, so that Views and limits of the SDK apply. Counters and gauges are
// observed when a reader collects. Histograms are recorded, at the SDK's cost:
// half a microsecond an operation. It cannot be combined with WithTelemetry or
// WithRegistry. By default, with neither of them, and with nil, it is the global
// provider, which may be set later. A nil pointer as mp is an error of Wrap.
//
// What that way cannot do: show histograms before the first operation, forget
// those of a closed store, and offer kvdb.request.latency.quantiles,
// db.client.connection.wait_time and .create_time, which a client's pool has measured already. All
// else of a closed store is forgotten after five minutes, or when 64 others were closed after
// it.
func WithMeterProvider(mp metric.MeterProvider) Option {
	return optionFunc(func(c *config) {
		if mp != nil && c.accepts("WithMeterProvider", mp) {
			c.meterProvider = mp
		}
	})
}

// WithTracerProvider sets where spans go. By default, and with nil, it is the
// Telemetry's provider, else the global one. A nil pointer as tp is an error of Wrap.
func WithTracerProvider(tp trace.TracerProvider) Option {
	return optionFunc(func(c *config) {
		if tp != nil && c.accepts("WithTracerProvider", tp) {
			c.tracerProvider = tp
		}
	})
}

// WithLogger sets where the lines of failed and slow operations go. By default,
// and with nil, it is the Telemetry's logger, else there are no lines.
func WithLogger(l *zap.Logger) Option {
	return optionFunc(func(c *config) {
		if l != nil {
			c.logger = l
		}
	})
}

// WithSlog is [WithLogger] for a program that has slog alone: lines are records of h, with the
// context of the operation and, outside of all groups, the ids of its span as trace_id,
// span_id and trace_flags. Whether a level is on is asked without a context first. H may block
// its operation. One that panics costs its line. By default, and with nil, lines go where
// WithLogger says. A nil pointer as h is an error of Wrap.
func WithSlog(h slog.Handler) Option {
	return optionFunc(func(c *config) {
		if h != nil && c.accepts("WithSlog", h) {
			c.logger = slogcore.Logger(h)
		}
	})
}

// WithNamespace names the store among those of its system: the value of
// db.namespace on everything it reports. By default, it is the Namespace of the
// store's Info.
func WithNamespace(namespace string) Option {
	return optionFunc(func(c *config) { c.namespace = namespace })
}

// WithAttributes puts constant attributes on all metrics and spans of the
// store. They must not repeat a key that the store reports itself. By default,
// there are none.
func WithAttributes(attrs ...attribute.KeyValue) Option {
	return optionFunc(func(c *config) { c.attributes = append(c.attributes, attrs...) })
}

// WithFilter leaves the operations for which keep returns false out of all
// telemetry. Keep runs before each operation: it must be safe for concurrent
// use, must not block, and costs what it costs; if it panics, the operation is
// kept. By default, everything is kept.
func WithFilter(keep func(ctx context.Context, operation string) bool) Option {
	return optionFunc(func(c *config) { c.filter = keep })
}

// WithErrorClassifier adds values of error.type. Classify gets each error that
// is not ErrNotFound and returns one of the declared types or of the built-in
// ones, or nothing to leave the decision to this package; whatever else it
// returns counts as _OTHER. At most eight types can be declared, in lower-case
// words joined by underscores. Classify must be safe for concurrent use. By
// default, errors are told apart by the sentinels of package kvdb. The series of a
// declared type begin with its first error.
func WithErrorClassifier(classify func(error) string, types ...string) Option {
	return optionFunc(func(c *config) { c.classify, c.errorTypes = classify, types })
}

// WithNotFound names errors that say that there is nothing, such as redis.Nil: an
// operation that returns one is a miss, as with kvdb.ErrNotFound. They are looked
// for with errors.Is before a classifier is asked. By default, it is
// kvdb.ErrNotFound alone.
func WithNotFound(errs ...error) Option {
	return optionFunc(func(c *config) { c.notFound = append(c.notFound, errs...) })
}

// WithSource is what a [Recorder] reads in the background, as Wrap does with its store: a
// kvdb.PoolReader, a kvdb.StatsReader, a kvdb.Lagger, or several of them. Close of the
// Recorder ends that. It is the caller's, who closes it after the Recorder. By default,
// and with nil, there is none. A source that is none of them is an error, and so is one for Wrap.
func WithSource(source any) Option {
	return optionFunc(func(c *config) {
		if source != nil && c.accepts("WithSource", source) {
			c.source = source
		}
	})
}

// WithSizes adds the histograms of request and response sizes, 28 series an
// operation in use. By default, they are left out.
func WithSizes() Option {
	return optionFunc(func(c *config) { c.sizes = true })
}

// WithoutCompatMetrics leaves out kvdb.request.latency and its quantiles, which
// say again, for dashboards that expect them, what
// db.client.operation.duration says. By default, they are there for a store, and not
// for a Recorder; see [WithCompatMetrics].
func WithoutCompatMetrics() Option {
	return optionFunc(func(c *config) { c.noCompat = true })
}

// WithCompatMetrics takes back a WithoutCompatMetrics before it, and the default of
// a [Recorder].
func WithCompatMetrics() Option {
	return optionFunc(func(c *config) { c.noCompat = false })
}

// WithSpanOptions chooses which operations get spans. By default, it is the
// zero SpanOptions.
func WithSpanOptions(options SpanOptions) Option {
	return optionFunc(func(c *config) { c.spans = options })
}

// WithLogOptions chooses which operations get log lines, and what is in
// them. By default, it is the zero LogOptions.
func WithLogOptions(options LogOptions) Option {
	return optionFunc(func(c *config) { c.logs = options })
}

// WithSlowThreshold sets the duration from which the named operations are slow: they
// are logged, and the hook of WithOnSlow is called. Without names it
// sets those of get, put, delete, compare_and_swap and the batches, and of what a
// Recorder declares. Zero or less means never. By default, these have the threshold
// objective.LatencyP99; scan, view and update of a store, which contain the caller's
// own work, ping, other, as which undeclared operations count, and commands of a Redis
// client that wait on purpose have none.
func WithSlowThreshold(threshold time.Duration, operations ...string) Option {
	return optionFunc(func(c *config) {
		c.thresholds = append(c.thresholds, slowThreshold{threshold, operations})
	})
}

// WithOnSlow calls hook for each slow operation, on its goroutine, before its
// span ends and its line is written; the operation's caller waits for it. The
// hook may return the id of evidence that it kept, such as a profile's name,
// which the span (kvdb.evidence.id) and the line (evidence) then show.
// It must be safe for concurrent use; if it panics, nothing happens. The
// context is the operation's, its span in it. By default, there is no hook.
func WithOnSlow(hook func(ctx context.Context, slow SlowOperation) (evidence string)) Option {
	return optionFunc(func(c *config) { c.onSlow = hook })
}
