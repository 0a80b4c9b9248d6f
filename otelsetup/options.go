package otelsetup

import (
	"io"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/system"
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
	defaultSampler sdktrace.Sampler
	endpoint       string // of every signal

	join             bool
	registerer       prometheus.Registerer
	gatherer         prometheus.Gatherer
	readers          []readerOption
	durationBounds   []float64
	nativeHistograms bool
	processMetrics   bool
	runtimeMetrics   bool
	runtimeBuckets   bool

	logger       *zap.Logger
	logWriter    io.Writer
	logLevel     *zapcore.Level
	logSampling  *logSampling
	logExporters []sdklog.Exporter

	globals         bool
	shutdownTimeout time.Duration

	env       environment
	lenient   bool // go on without it when it is wrong
	disabled  bool // by the environment
	readUsage func() usage
}

func newConfig(opts []Option) *config {
	c := &config{
		processMetrics:  true,
		runtimeMetrics:  true,
		shutdownTimeout: 5 * time.Second,
		env:             os.Getenv,
		readUsage:       usageOf(system.Local()),
	}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(c)
		}
	}
	c.disabled = c.env.disabled()
	return c
}

// level returns that of the logger at the start.
func (c *config) level() zapcore.Level {
	if c.logLevel == nil {
		return zapcore.InfoLevel
	}
	return *c.logLevel
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
// By default, it is the service.version in OTEL_RESOURCE_ATTRIBUTES, else the
// version of the main module, or else the commit, with which the go command has
// stamped the program, if any.
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

// WithOTLPEndpoint exports traces, metrics and logs over OTLP to an http or
// https URL such as "http://localhost:4318", to which the HTTP protocols append
// v1/traces, v1/metrics and v1/logs. OTEL_EXPORTER_OTLP_PROTOCOL and the other
// variables for OTLP apply, and whoever runs the program can still take a signal
// out with OTEL_LOGS_EXPORTER=none and the like. Credentials belong in
// OTEL_EXPORTER_OTLP_HEADERS: those in a URL are not sent. An empty URL changes
// nothing.
//
// By default, the endpoint of a signal is the value of, for traces,
// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, else of OTEL_EXPORTER_OTLP_ENDPOINT, and
// without both nothing is exported and nothing is dialled.
func WithOTLPEndpoint(url string) Option {
	return optionFunc(func(c *config) { c.endpoint = url })
}

// WithGlobals makes the Telemetry the one of the process: it sets the global
// TracerProvider, MeterProvider and LoggerProvider of OpenTelemetry, its error
// handler and its own logger (see OTEL_LOG_LEVEL), and as the global propagator
// W3C trace context with baggage. They are not set back by Shutdown, after which
// they are harmless. Instruments and tracers that were made from the globals
// before work from then on.
//
// By default, no global is touched, and what the SDK has to say beyond the
// failures of exports goes to its own handler, which writes to standard error.
func WithGlobals() Option {
	return optionFunc(func(c *config) { c.globals = true })
}

// WithShutdownTimeout sets how long Shutdown may take for each signal, and
// likewise [Telemetry.ForceFlush] and the flush that a line of the level dpanic
// or above, or the logger's Sync, waits for.
//
// By default, it is 5 seconds.
func WithShutdownTimeout(perSignal time.Duration) Option {
	return optionFunc(func(c *config) { c.shutdownTimeout = perSignal })
}
