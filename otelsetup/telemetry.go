// Package otelsetup wires the telemetry of a program in one call: the records
// of wrapped stores, metrics for Prometheus, traces over OTLP, the metrics of
// the process, and a logger.
//
//	tel, err := otelsetup.Start(ctx, otelsetup.WithServiceName("checkout"))
//	if err != nil {
//		return err
//	}
//	defer tel.Shutdown(context.Background())
//
//	store, err := instrument.Wrap(engine, instrument.WithTelemetry(tel))
//	…
//	http.Handle("/metrics", tel.MetricsHandler())
//
// A [Telemetry] keeps everything to itself: two of them can live in one
// process, the globals of OpenTelemetry and of client_golang stay untouched
// unless [WithGlobals] or [WithPrometheusRegistry] ask for it, and nothing
// dials out unless an endpoint is configured.
//
// # Telemetry
//
// Besides the metrics of wrapped stores, which package instrument lists, a
// Telemetry has:
//
//	kvdb.memory       By  gauge  kvdb_memory_bytes       resident set of the process
//	kvdb.utilization  1   gauge  kvdb_utilization_ratio  used share of a resource, 0 to 1, by
//	                                                     kvdb.resource: "cpu" or "memory"
//	go.*                         go_*                    OpenTelemetry's metrics of the Go runtime
//	                             process_*               client_golang's process collector
//	                             target_info             the resource
//
// Memory utilisation is the memory in use, without file pages that can be
// dropped at once, as a share of the limit of the control group, the tightest
// on the way up to the root; without a limit it is the anonymous resident set
// as a share of the machine's memory. CPU utilisation is the share of the
// control group's quota that was used, without a quota the share of the
// processors that the process may use (the lower of GOMAXPROCS and the number
// of CPUs). Both control group versions are known. The readings are taken in
// the background every 10 seconds, so that a scrape reads memory only; the
// first CPU value comes with the second reading, and a reading that is unknown
// or older than 30 seconds is left out. Outside Linux kvdb.memory is what the Go
// runtime holds, memory utilisation is left out, and CPU utilisation is known on
// Unix and Windows.
//
// The runtime's histogram go.schedule.duration and the process collector read
// their values at the scrape: the first from the Go runtime, the second from
// /proc.
//
// # Environment
//
// Options win over variables, and the variables of one signal over the general
// ones. A variable that is set and malformed is an error of [Start], which names
// it.
//
//	OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
//	OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG
//
// read when spans are exported in batches:
//
//	OTEL_BSP_SCHEDULE_DELAY, OTEL_BSP_EXPORT_TIMEOUT,
//	OTEL_BSP_MAX_QUEUE_SIZE, OTEL_BSP_MAX_EXPORT_BATCH_SIZE
//
// read for an OTLP exporter, which exists once an endpoint is configured; each
// also as OTEL_EXPORTER_OTLP_TRACES_…:
//
//	OTEL_EXPORTER_OTLP_ENDPOINT
//	OTEL_EXPORTER_OTLP_PROTOCOL     http/protobuf (the default), http/json or grpc
//	OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION, _INSECURE,
//	_CERTIFICATE, _CLIENT_CERTIFICATE, _CLIENT_KEY
//
// The OpenTelemetry SDK itself reads, without a check here, the span limits
// (OTEL_SPAN_…_LIMIT, OTEL_ATTRIBUTE_…_LIMIT, OTEL_EVENT_…_LIMIT,
// OTEL_LINK_…_LIMIT), OTEL_METRICS_EXEMPLAR_FILTER and its experimental
// OTEL_GO_X_… switches; the OTLP exporters honour HTTPS_PROXY, HTTP_PROXY and
// NO_PROXY.
package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
)

const scopeName = "github.com/otelkv/otelkv/otelsetup"

// Telemetry is what [Start] started. Its methods are safe for concurrent use,
// and harmless after Shutdown.
type Telemetry struct {
	registry       *instrument.Registry
	tracerProvider trace.TracerProvider
	meterProvider  metric.MeterProvider
	logger         *zap.Logger

	gatherer prometheus.Gatherer
	joined   bool // gatherer is the user's
	closed   chan struct{}

	budget       time.Duration // of each step
	steps        []step        // in the order in which Shutdown takes them
	shutdownOnce sync.Once
	shutdownErr  error
}

var _ instrument.Telemetry = (*Telemetry)(nil)

// Start starts telemetry. It returns one error that names every option and
// every variable that is wrong, and then has left nothing running. It reads a
// few files of the operating system and does not wait for the network; ctx is
// for the start only and may be cancelled afterwards.
//
// The caller ends the Telemetry with [Telemetry.Shutdown].
func Start(ctx context.Context, opts ...Option) (*Telemetry, error) {
	cfg := newConfig(opts)
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("otelsetup: %w", err)
	}
	t := &Telemetry{
		logger: cfg.logger,
		closed: make(chan struct{}),
		budget: cfg.shutdownTimeout,
	}
	if t.logger == nil {
		t.logger = newLogger(os.Stdout)
	}
	if err := t.start(ctx, cfg); err != nil {
		err = errors.Join(err, t.Shutdown(ctx))
		return nil, fmt.Errorf("otelsetup: %w", err)
	}
	return t, nil
}

func (t *Telemetry) start(ctx context.Context, cfg *config) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	res, err := newResource(ctx, cfg)
	if err != nil {
		return err
	}
	if err := t.startMetrics(cfg, res); err != nil {
		return err
	}
	exporter, err := newSpanExporter(ctx, cfg)
	if err != nil {
		return err
	}
	// The caller's processors and exporters are taken over here, where nothing
	// can fail any more.
	if shutdown := t.startTraces(cfg, res, exporter); shutdown != nil {
		t.steps = slices.Insert(t.steps, 0, step{name: "traces", run: shutdown, flushes: true})
	}
	if cfg.globals {
		t.setGlobals()
	}
	return nil
}

// Registry returns the registry of the records of wrapped stores.
// instrument.WithTelemetry asks for it.
func (t *Telemetry) Registry() *instrument.Registry { return t.registry }

// MeterProvider returns the provider for metrics of the program's own. They
// appear on /metrics and in every reader.
func (t *Telemetry) MeterProvider() metric.MeterProvider { return t.meterProvider }

// TracerProvider returns the provider for spans of the program's own: the one
// of [WithTracerProvider], else the one that Start made.
func (t *Telemetry) TracerProvider() trace.TracerProvider { return t.tracerProvider }

// Logger returns the logger: the one of [WithLogger], else one that writes JSON
// lines to standard output.
func (t *Telemetry) Logger() *zap.Logger { return t.logger }

// PrometheusGatherer returns the registry that [Telemetry.MetricsHandler]
// serves, for a program that gathers by itself: Start's own one, else the
// gatherer of [WithPrometheusRegistry].
func (t *Telemetry) PrometheusGatherer() prometheus.Gatherer { return t.gatherer }
