package otelsetup

import (
	"context"
	"errors"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/scrape"
)

// startDisabled sets providers that do nothing, as OTEL_SDK_DISABLED asks for. The
// registry is there for instrument.Wrap; nobody reads it. Exporters that the
// caller gave away are shut down all the same.
func (t *Telemetry) startDisabled(c *config) {
	t.meterProvider = metricnoop.NewMeterProvider()
	t.tracerProvider = tracenoop.NewTracerProvider()
	if c.tracerProvider != nil { // not the SDK of this Telemetry
		t.tracerProvider = c.tracerProvider
	}
	t.steps = append(t.steps, step{name: "what was not used", run: func(ctx context.Context) error {
		return errors.Join(
			foreign.Each(c.logExporters, sdklog.Exporter.Shutdown)(ctx),
			foreign.Each(c.spanExporters, sdktrace.SpanExporter.Shutdown)(ctx),
			foreign.Each(c.spanProcessors, sdktrace.SpanProcessor.Shutdown)(ctx))
	}})
	t.target = scrape.NewEmpty(t.losses, c.registry)
}
