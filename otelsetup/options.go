package otelsetup

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
)

// An Option changes what [Start] starts.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	serviceName    string
	serviceVersion string
	attributes     []attribute.KeyValue

	tracerProvider trace.TracerProvider
	spanProcessors []sdktrace.SpanProcessor
	spanExporters  []sdktrace.SpanExporter
	sampler        sdktrace.Sampler
	endpoint       string

	join           bool
	registerer     prometheus.Registerer
	gatherer       prometheus.Gatherer
	readers        []readerOption
	durationBounds []float64
	processMetrics bool
	runtimeMetrics bool

	logger          *zap.Logger
	globals         bool
	shutdownTimeout time.Duration

	env       environment
	readUsage func() usage
}

func newConfig(opts []Option) *config {
	c := &config{
		processMetrics:  true,
		runtimeMetrics:  true,
		shutdownTimeout: 5 * time.Second,
		env:             os.Getenv,
		readUsage:       newUsageReader(),
	}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(c)
		}
	}
	return c
}

// WithServiceName sets the resource attribute service.name. An empty name
// changes nothing.
//
// By default, it is the value of OTEL_SERVICE_NAME, else the service.name in
// OTEL_RESOURCE_ATTRIBUTES, else unknown_service: and the name of the program's
// file.
func WithServiceName(name string) Option {
	return optionFunc(func(c *config) { c.serviceName = name })
}

// WithServiceVersion sets the resource attribute service.version. An empty
// version changes nothing.
//
// By default, it is the service.version in OTEL_RESOURCE_ATTRIBUTES, if any.
func WithServiceVersion(version string) Option {
	return optionFunc(func(c *config) { c.serviceVersion = version })
}

// WithResourceAttributes adds attributes to the resource, which accompanies
// all telemetry and is the metric target_info for Prometheus. They win over the
// environment and over what is detected; of equal keys the last one wins.
//
// By default, the resource tells the SDK, the host's name, the operating
// system's type, the process id, the program's name, the Go version, and the
// container's id where one is found. It never tells the command line.
func WithResourceAttributes(attrs ...attribute.KeyValue) Option {
	return optionFunc(func(c *config) { c.attributes = append(c.attributes, attrs...) })
}

// WithResource is [WithResourceAttributes] for the attributes of res. Its schema
// URL is dropped, since resources of different schemas cannot be merged.
//
// By default, nothing is added.
func WithResource(res *resource.Resource) Option {
	return WithResourceAttributes(res.Attributes()...)
}

// WithTracerProvider uses a provider of the caller's own, which Shutdown leaves
// running. It excludes the options that configure Start's provider:
// [WithSpanProcessor], [WithSpanExporter], [WithSampler], [WithOTLPEndpoint];
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
// By default, spans go to the OTLP endpoint, if there is one.
func WithSpanExporter(exporter sdktrace.SpanExporter) Option {
	return optionFunc(func(c *config) {
		if exporter != nil {
			c.spanExporters = append(c.spanExporters, exporter)
		}
	})
}

// WithSampler decides which spans are recorded.
//
// By default, OTEL_TRACES_SAMPLER decides, and if that is not set every span is
// recorded whose parent is, or that has no parent. This holds without an
// exporter too, so that trace ids and exemplars exist.
func WithSampler(sampler sdktrace.Sampler) Option {
	return optionFunc(func(c *config) { c.sampler = sampler })
}

// WithOTLPEndpoint exports over OTLP to an http or https URL such as
// "http://localhost:4318", to which the HTTP protocols append v1/traces.
// OTEL_EXPORTER_OTLP_PROTOCOL and the other variables for OTLP apply. An empty
// URL changes nothing.
//
// By default, the endpoint is the value of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
// else of OTEL_EXPORTER_OTLP_ENDPOINT, and without both nothing is exported and
// nothing is dialled.
func WithOTLPEndpoint(url string) Option {
	return optionFunc(func(c *config) { c.endpoint = url })
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
// By default, the metrics are in a registry of their own.
func WithPrometheusRegistry(registerer prometheus.Registerer, gatherer prometheus.Gatherer) Option {
	return optionFunc(func(c *config) {
		c.join, c.registerer, c.gatherer = true, registerer, gatherer
	})
}

type readerOption struct {
	temporality sdkmetric.TemporalitySelector
	factory     func(sdkmetric.Producer) (sdkmetric.Reader, error)
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
// Start calls the factory once. The Telemetry takes the reader over: Shutdown
// shuts it down, and so does a Start that fails.
//
// By default, Prometheus is the only reader.
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

// WithLogger uses a logger of the caller's own. Nil changes nothing.
//
// By default, the logger writes JSON lines to standard output from the level
// info on, each with timestamp (RFC 3339, UTC), level and message.
func WithLogger(logger *zap.Logger) Option {
	return optionFunc(func(c *config) { c.logger = logger })
}

// WithGlobals makes the Telemetry the one of the process: it sets the global
// TracerProvider, MeterProvider and error handler of OpenTelemetry, and as the
// global propagator W3C trace context with baggage. They are not set back by
// Shutdown, after which they are harmless. Instruments and tracers that were
// made from the globals before work from then on.
//
// By default, no global is touched.
func WithGlobals() Option {
	return optionFunc(func(c *config) { c.globals = true })
}

// WithShutdownTimeout sets how long Shutdown may take for each signal.
//
// By default, it is 5 seconds.
func WithShutdownTimeout(perSignal time.Duration) Option {
	return optionFunc(func(c *config) { c.shutdownTimeout = perSignal })
}

// validate returns every problem with the options and the environment at once.
func (c *config) validate() error {
	var p problems
	if c.tracerProvider != nil {
		for _, conflict := range []struct {
			given bool
			name  string
		}{
			{len(c.spanProcessors) > 0, "WithSpanProcessor"},
			{len(c.spanExporters) > 0, "WithSpanExporter"},
			{c.sampler != nil, "WithSampler"},
			{c.endpoint != "", "WithOTLPEndpoint"},
		} {
			if conflict.given {
				p.add(conflict.name, errors.New("has no effect on the provider of WithTracerProvider"))
			}
		}
	}
	for _, attr := range c.attributes {
		if !attr.Valid() {
			p.add("WithResourceAttributes", fmt.Errorf("the attribute %q has no key or no value", attr.Key))
		}
	}
	for _, bound := range c.durationBounds {
		if !(bound > 0) || math.IsInf(bound, 1) {
			p.add("WithDurationBounds", fmt.Errorf("%v is not a positive number of seconds", bound))
		}
	}
	for _, reader := range c.readers {
		if reader.factory == nil {
			p.add("WithReader", errors.New("the factory is nil"))
		}
	}
	if c.join && (c.registerer == nil || c.gatherer == nil) {
		p.add("WithPrometheusRegistry", errors.New("the registerer or the gatherer is nil"))
	}
	if c.shutdownTimeout <= 0 {
		p.add("WithShutdownTimeout", fmt.Errorf("%v is not positive", c.shutdownTimeout))
	}
	if c.endpoint != "" {
		p.add("WithOTLPEndpoint", checkHTTPURL(c.endpoint))
	}
	c.env.validate(c, &p)
	return p.err()
}

// problems collects what is wrong with the settings, one line for all.
type problems []error

func (p *problems) add(setting string, err error) {
	if err != nil {
		*p = append(*p, fmt.Errorf("%s: %w", setting, err))
	}
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p problems) Error() string {
	texts := make([]string, len(p))
	for i, err := range p {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (p problems) Unwrap() []error { return p }
