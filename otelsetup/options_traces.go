package otelsetup

import (
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
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
