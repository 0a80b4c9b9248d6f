package pprofx

import (
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
)

// An Option changes what [Start] starts.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// Telemetry is where a Profiler reports: what package otelsetup starts with one call, or
// what a program put together itself.
type Telemetry interface {
	Logger() *zap.Logger
	MeterProvider() metric.MeterProvider
}

// WithTelemetry reports to tel: lines to its Logger, metrics to its
// MeterProvider. WithLogger and WithMeterProvider win over it, wherever they
// stand. By default, and with nil, it reports as these say. A nil pointer as tel is
// an error of Start.
func WithTelemetry(tel Telemetry) Option {
	return optionFunc(func(c *config) {
		if c.accepts("WithTelemetry", tel) {
			c.telemetry = tel
		}
	})
}

// WithLogger sets where the lines of the package comment go. It may block: it is
// called from a goroutine that nothing waits for but Close, within its limit. By
// default, and with nil, it is the Telemetry's logger, else there are no lines.
func WithLogger(l *zap.Logger) Option {
	return optionFunc(func(c *config) { c.logger = l })
}

// WithMeterProvider sets where the metrics of the package comment go. By
// default, and with nil, it is the Telemetry's, else the global provider.
func WithMeterProvider(mp metric.MeterProvider) Option {
	return optionFunc(func(c *config) {
		if c.accepts("WithMeterProvider", mp) {
			c.meterProvider = mp
		}
	})
}
