package otelsetup

import (
	"github.com/prometheus/client_golang/prometheus"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

// startDisabled sets providers that do nothing, as OTEL_SDK_DISABLED asks for. The
// registry is there for instrument.Wrap; nobody reads it.
func (t *Telemetry) startDisabled(c *config) {
	t.meterProvider = metricnoop.NewMeterProvider()
	t.tracerProvider = tracenoop.NewTracerProvider()
	if c.tracerProvider != nil { // not the SDK of this Telemetry
		t.tracerProvider = c.tracerProvider
	}
	t.gatherer, t.joined = c.gatherer, c.join
	if !c.join {
		t.gatherer = prometheus.NewRegistry()
	}
}
