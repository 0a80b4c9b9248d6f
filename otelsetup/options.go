package otelsetup

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
)

// An Option changes what [Start] starts.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

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
// that of [Telemetry.Propagator]. They are not set back by Shutdown, after which
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

// WithLenientEnvironment makes Start go on when a variable is malformed: it logs
// what is wrong, as "environment ignored" at the level error, and starts as if
// no variable of the package comment were set, so that nothing leaves the machine
// to where nobody meant it to. That is for a program that serves whatever its
// telemetry does. What is wrong with options is still an error.
//
// The OpenTelemetry SDK also reads by itself its limits, the attributes in
// OTEL_RESOURCE_ATTRIBUTES, the exemplar filter, and for exporters that options
// ask for their batches, intervals and headers; it passes over what it cannot
// parse. Attributes that are wrong, such as text that is not UTF-8, are left out:
// while such a Start runs, OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME of the
// process are without them, and OTEL_TRACES_SAMPLER, if it is set, is the default.
//
// By default, a malformed variable is an error of Start.
func WithLenientEnvironment() Option {
	return optionFunc(func(c *config) { c.lenient = true })
}
