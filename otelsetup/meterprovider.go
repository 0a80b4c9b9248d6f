package otelsetup

import (
	"go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// A meterProvider hands out the meters of the SDK, but for the scope that the
// Telemetry runs itself: instrumentation of the Go runtime that is started once
// more, as its own documentation says, would observe every gauge twice, and the
// SDK adds the two up.
type meterProvider struct {
	metric.MeterProvider
	runtime bool // is run by the Telemetry
}

// Meter implements metric.MeterProvider.
func (p meterProvider) Meter(name string, opts ...metric.MeterOption) metric.Meter {
	if p.runtime && name == runtime.ScopeName {
		return noop.Meter{}
	}
	return p.MeterProvider.Meter(name, opts...)
}
