package otelsetup

import (
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"

	"github.com/otelkv/otelkv/internal/limiter"
)

func (t *Telemetry) setGlobals(c *config) {
	otel.SetTracerProvider(t.tracerProvider)
	otel.SetMeterProvider(t.meterProvider)
	otel.SetLoggerProvider(t.loggerProvider)
	otel.SetTextMapPropagator(t.propagator)
	otel.SetErrorHandler(&errorHandler{
		logger: t.diagnostics,
		limit:  limiter.Limiter{Interval: time.Second},
	})
	otel.SetLogger(logr.New(newSDKLogger(t.diagnostics, c.env.Verbosity())))
}
