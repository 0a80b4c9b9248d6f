package otelsetup

import (
	"io"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/slogcore"
	"github.com/otelkv/otelkv/otelsetup/internal/scrape"
)

// WithTracerProvider uses a provider of the caller's own, which Shutdown leaves
// running. It excludes the options that configure Start's provider:
// [WithSpanProcessor], [WithSpanExporter], [WithSampler], [WithDefaultSampler];
// the variables about traces are not read.
//
// By default, Start makes a provider of the SDK.
func WithTracerProvider(tp trace.TracerProvider) Option {
	return optionFunc(func(c *config) { c.tracerProvider = tp })
}

// WithSpanProcessor adds a processor of spans. The Telemetry takes it over:
// Shutdown shuts it down. When Start fails, it remains the caller's.
//
// By default, there is none besides that of an exporter.
func WithSpanProcessor(sp sdktrace.SpanProcessor) Option {
	return optionFunc(func(c *config) {
		if sp != nil {
			c.spanProcessors = append(c.spanProcessors, sp)
		}
	})
}

// WithSpanExporter exports spans in batches to a backend, also besides OTLP.
// The Telemetry takes it over: Shutdown flushes it and shuts it down. When
// Start fails, it remains the caller's.
//
// By default, spans go where OTEL_TRACES_EXPORTER says, else to the OTLP
// endpoint, if there is one.
func WithSpanExporter(exporter sdktrace.SpanExporter) Option {
	return optionFunc(func(c *config) {
		if exporter != nil {
			c.spanExporters = append(c.spanExporters, exporter)
		}
	})
}

// WithSampler decides which spans are recorded, whatever the environment says.
// Nil changes nothing.
//
// By default, OTEL_TRACES_SAMPLER decides, and if that is not set
// [WithDefaultSampler].
func WithSampler(sampler sdktrace.Sampler) Option {
	return optionFunc(func(c *config) { c.sampler = sampler })
}

// WithDefaultSampler is the program's choice, which whoever runs it can
// change: it decides which spans are recorded unless OTEL_TRACES_SAMPLER is set.
// Nil changes nothing.
//
// By default, every span is recorded whose parent is, or that has no parent.
// This holds without an exporter too, so that trace ids and exemplars exist.
func WithDefaultSampler(sampler sdktrace.Sampler) Option {
	return optionFunc(func(c *config) { c.defaultSampler = sampler })
}

// WithPrometheusRegistry joins a registry that the program already has, so
// that one page shows its metrics and these. For a *prometheus.Registry pass it
// twice; for the default registry prometheus.DefaultRegisterer and
// prometheus.DefaultGatherer.
//
// The collectors yield nothing after Shutdown, and then another Telemetry may
// join. While one is there, a second one is an error of Start. A process
// collector that the registry already has is kept.
//
// By default, and with nil for both, the metrics are in a registry of their own.
func WithPrometheusRegistry(registerer prometheus.Registerer, gatherer prometheus.Gatherer) Option {
	return optionFunc(func(c *config) {
		c.registry = nil
		if registerer != nil || gatherer != nil {
			c.registry = &scrape.Registry{Registerer: registerer, Gatherer: gatherer}
		}
	})
}

// WithReader adds a reader of all metrics besides Prometheus. The records of
// wrapped stores reach it through a producer of its own, which the factory must
// hand to it and which yields the temporality that the reader has; nil is
// cumulative. With an exporter e that is
//
//	otelsetup.WithReader(e.Temporality, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
//		return sdkmetric.NewPeriodicReader(e, sdkmetric.WithProducer(p)), nil
//	})
//
// All points of that producer have one time, later than that of the points it
// yielded before, also those of the Go runtime, whose own producer repeats old ones.
//
// Start calls the factory once. The Telemetry takes the reader over: Shutdown
// shuts it down, and so does a Start that fails.
//
// By default, the readers are Prometheus and, where OTEL_METRICS_EXPORTER or an
// endpoint asks for it, OTLP.
func WithReader(temporality sdkmetric.TemporalitySelector, factory func(sdkmetric.Producer) (sdkmetric.Reader, error)) Option {
	return optionFunc(func(c *config) {
		if temporality == nil {
			temporality = sdkmetric.CumulativeTemporalitySelector
		}
		c.readers = append(c.readers, readerOption{temporality, factory})
	})
}

// WithDurationBounds adds bounds in seconds to the buckets of
// db.client.operation.duration, for example that of an objective.
//
// By default, the buckets are those that package instrument documents.
func WithDurationBounds(seconds ...float64) Option {
	return optionFunc(func(c *config) { c.durationBounds = append(c.durationBounds, seconds...) })
}

// WithNativeHistograms adds native histograms to db_client_operation_duration_seconds,
// for Prometheus servers that scrape protobuf: each of its series then has the
// classic buckets and, with the same count and sum, a native histogram of schema
// 3, whose buckets grow by 9 %. [instrument.ExponentialDurationName] tells how
// exact it is. The text formats and other readers, such as OTLP, show what they
// show without it.
//
// A server that ingests native histograms stores the classic buckets of these
// series only if its scrape configuration has always_scrape_classic_histograms
// (before Prometheus 3 scrape_classic_histograms, and none before 2.45). What
// reads them, such as dashboards, rules and exemplars of a bucket, needs that.
//
// By default, there are classic buckets alone.
func WithNativeHistograms() Option {
	return optionFunc(func(c *config) { c.nativeHistograms = true })
}

// WithoutProcessMetrics leaves out kvdb.memory, kvdb.utilization of the process
// and the metrics process_*, and with them the goroutine that takes the
// readings.
//
// By default, they are there.
func WithoutProcessMetrics() Option {
	return optionFunc(func(c *config) { c.processMetrics = false })
}

// WithoutRuntimeMetrics leaves out OpenTelemetry's metrics of the Go runtime.
//
// By default, they are there.
func WithoutRuntimeMetrics() Option {
	return optionFunc(func(c *config) { c.runtimeMetrics = false })
}

// WithRuntimeBuckets keeps all buckets of go.schedule.duration that the Go runtime
// has, about 160, each of them a series of this process.
//
// By default, it has five bounds of the runtime's own, near 10 and 100 µs and 1, 10
// and 100 ms.
func WithRuntimeBuckets() Option {
	return optionFunc(func(c *config) { c.runtimeBuckets = true })
}

// WithLogger uses a logger of the caller's own, as it is: its lines go where it
// sends them, which is not to OTLP, and [Telemetry.Level] does not govern it. It
// excludes [WithLogWriter], [WithLogLevel] and [WithLogSampling]. Nil changes
// nothing.
//
// By default, the logger writes JSON lines to standard output, each with
// timestamp (RFC 3339, UTC), level and message, and sends the same records to
// the exporters of logs.
func WithLogger(logger *zap.Logger) Option {
	return optionFunc(func(c *config) { c.slog, c.logger = nil, logger })
}

// WithSlog is [WithLogger] for a program that has slog alone: [Telemetry.Logger] and what reports
// to it write records to h. They have the context of what they are about and, outside of all
// groups, the ids of its span as trace_id, span_id and trace_flags. Whether a level is on is asked without a
// context first. Nil changes nothing; a nil pointer as h is an error of [Start].
//
// The handler of slog.Default, as it is at first, writes to the default logger of package log, and that to
// what slog.SetDefault has set since: do not make it both h and, by [Telemetry.SlogHandler], the default.
//
// By default, and for a program that would rather have one pipeline for both kinds of loggers, the
// logger is otelsetup's own, and slog's part of it is [Telemetry.SlogHandler].
func WithSlog(h slog.Handler) Option {
	return optionFunc(func(c *config) {
		if h != nil {
			c.slog, c.logger = h, slogcore.Logger(h)
		}
	})
}

// WithLogWriter sets where the logger writes its lines. The writer needs no
// lock of its own and gets whole lines, from a goroutine that is not the
// caller's; it is not closed. Nobody waits for one that hangs: see
// [Telemetry.Logger]. An [os.File] that is a pipe or a socket is written to
// without blocking, and left in the mode it is in. Nil changes nothing.
//
// By default, it is standard output.
func WithLogWriter(w io.Writer) Option {
	return optionFunc(func(c *config) { c.logWriter = w })
}

// WithLogLevel sets the level from which the logger logs, to JSON and OTLP
// alike. It can be changed while the program runs: see [Telemetry.Level] and
// [Telemetry.LogLevelHandler].
//
// By default, it is info.
func WithLogLevel(level zapcore.Level) Option {
	return optionFunc(func(c *config) { c.logLevel = &level })
}

// WithLogSampling bounds how many lines with the same level and message are
// logged: in each interval the first ones, and of the others every thereafter-th,
// none if thereafter is 0. What it drops is neither in JSON nor sent by OTLP; it
// is counted in kvdb.log.dropped, with the reason sampling.
//
// By default, every line is logged.
func WithLogSampling(interval time.Duration, first, thereafter int) Option {
	return optionFunc(func(c *config) { c.logSampling = &logSampling{interval, first, thereafter} })
}

// WithLogExporter exports log records in batches to a backend, also besides
// OTLP. The Telemetry takes it over: Shutdown flushes it and shuts it down, and
// so does a Start that fails later than at its settings.
//
// By default, records go where OTEL_LOGS_EXPORTER says, else to the OTLP
// endpoint, if there is one.
func WithLogExporter(exporter sdklog.Exporter) Option {
	return optionFunc(func(c *config) {
		if exporter != nil {
			c.logExporters = append(c.logExporters, exporter)
		}
	})
}
