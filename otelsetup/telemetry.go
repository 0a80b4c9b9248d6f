package otelsetup

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/log"
	lognoop "go.opentelemetry.io/otel/log/noop"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/callbacks"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/exposition"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
	"github.com/otelkv/otelkv/otelsetup/internal/loglevel"
	"github.com/otelkv/otelkv/otelsetup/internal/page"
	"github.com/otelkv/otelkv/otelsetup/internal/scrape"
)

const scopeName = catalog.ScopeOtelsetup

// Telemetry is what [Start] started. Its methods are safe for concurrent use,
// and harmless after Shutdown. Those of a nil or zero one, as beside an error of
// Start, return what does nothing.
type Telemetry struct {
	registry       *instrument.Registry
	tracerProvider trace.TracerProvider
	meterProvider  metric.MeterProvider
	loggerProvider log.LoggerProvider
	propagator     propagation.TextMapPropagator
	logger         *zap.Logger
	slog           slog.Handler // of WithSlog, which logger writes to; else nil
	level          zap.AtomicLevel
	core           *logcore.Core // of the logger; nil for the caller's, as is logLevel
	logLevel       *loglevel.Handler
	diagnostics    *zap.Logger // what the Telemetry says of itself, which OTLP never gets

	lines  *linewriter.Writer // of both loggers; nil if the caller has one
	stderr *linewriter.Writer

	names  *exposition.Names // of metrics
	target *scrape.Target    // of Prometheus
	losses *page.Losses      // of its scrapes
	closed chan struct{}

	traceAccounts, metricAccounts, logAccounts exporters.Accounts

	failures *callbacks.Failures // of what the program handed in; nil where there are no metrics

	budget       time.Duration // of each step
	steps        []step        // Shutdown takes them from the last to the first
	ended        atomic.Bool   // Shutdown is done
	shutdownOnce sync.Once
	shutdownErr  error
}

var _ instrument.Telemetry = (*Telemetry)(nil)

// Registry returns the registry of the records of wrapped stores.
// instrument.WithTelemetry asks for it.
func (t *Telemetry) Registry() *instrument.Registry {
	if t == nil {
		return nil
	}
	return t.registry
}

// MeterProvider returns the provider for metrics of the program's own. They
// appear on /metrics and in every reader. A callback may take 2 seconds, and what
// it observes counts once it has returned.
func (t *Telemetry) MeterProvider() metric.MeterProvider {
	if t == nil || t.meterProvider == nil {
		return metricnoop.NewMeterProvider()
	}
	return t.meterProvider
}

// TracerProvider returns the provider for spans of the program's own: the one
// of [WithTracerProvider], else the one that Start made.
func (t *Telemetry) TracerProvider() trace.TracerProvider {
	if t == nil || t.tracerProvider == nil {
		return tracenoop.NewTracerProvider()
	}
	return t.tracerProvider
}

// LoggerProvider returns the provider for log records of the program's own, for
// use with another of OpenTelemetry's bridges. Without an exporter of logs it
// does nothing. What [Telemetry.Logger] logs is there already.
func (t *Telemetry) LoggerProvider() log.LoggerProvider {
	if t == nil || t.loggerProvider == nil {
		return lognoop.NewLoggerProvider()
	}
	return t.loggerProvider
}

// Propagator returns what reads a trace from a request and writes it into one: in
// the formats of OTEL_PROPAGATORS, by default W3C trace context and baggage. It is
// that of otelhttp and the like, too, with [WithGlobals]. Formats beyond those of the
// specification are registered with autoprop.RegisterTextMapPropagator before Start.
func (t *Telemetry) Propagator() propagation.TextMapPropagator {
	if t == nil || t.propagator == nil {
		return propagation.NewCompositeTextMapPropagator()
	}
	return t.propagator
}

// Logger returns the logger: the one of [WithLogger], else one that writes JSON
// lines and sends the same records to the exporters of logs. Give it the context
// of what it logs about with [Context].
//
// A line is written when the call returns: it is there when the program ends
// with the next statement, is killed or panics. If the output does not take it
// within 5 ms, the output has stalled: this and the next lines wait in memory,
// up to 4 MiB of them, and their callers do not. They are written in their order
// once the output takes lines again; those for which there was no room are
// counted in kvdb.log.dropped, and a line says how many are missing.
// [Telemetry.CheckLog] tells of a stall.
//
// Sync flushes the exporters too, as do lines of the levels dpanic, panic and
// fatal.
func (t *Telemetry) Logger() *zap.Logger {
	if t == nil || t.logger == nil {
		return zap.NewNop()
	}
	return t.logger
}

// Level returns the level of the logger, for both outputs; setting it takes
// effect at once. It has no effect on a logger of [WithLogger].
func (t *Telemetry) Level() zap.AtomicLevel {
	if t == nil || t.level == (zap.AtomicLevel{}) {
		return zap.NewAtomicLevel()
	}
	return t.level
}

// LogLevelHandler returns a handler for /loglevel. GET shows the level of the
// logger as {"level":"info"}, PUT changes it, by JSON, a form or the query:
// "level" is one of zap's, and "for", such as "5m" and at most 24 hours, is for
// how long, after which the former level comes back; dpanic, panic and fatal, which
// leave out operations that fail, need it. A bad request changes
// nothing and is told why with 400. For a logger of [WithLogger] it answers 501.
//
// Whoever can reach the handler can fill the disk: serve it where /debug is served. It
// answers 403 to a request that a browser makes for a page of another site, and to one
// whose Host header names neither this machine, by localhost or an address, nor one of
// hosts, which are names without a port. By default, there are no further names.
func (t *Telemetry) LogLevelHandler(hosts ...string) http.Handler {
	if t == nil || t.logLevel == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "the program has a logger of its own", http.StatusNotImplemented)
		})
	}
	return t.logLevel.Under(hosts)
}

// PrometheusGatherer returns the registry that [Telemetry.MetricsHandler]
// serves, for a program that gathers by itself: Start's own one, else the
// gatherer of [WithPrometheusRegistry].
func (t *Telemetry) PrometheusGatherer() prometheus.Gatherer {
	if t == nil || t.target == nil {
		return prometheus.Gatherers{}
	}
	return t.target.Gatherer()
}
