package otelsetup

import (
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/monitoring/catalog"
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
	otel.SetLogger(logr.New(newDiagnosticSink(t.diagnostics, c.env.Verbosity())))
}

// errorHandler logs what the SDK has nobody to return to.
type errorHandler struct {
	logger *zap.Logger
	limit  limiter.Limiter
}

func (h *errorHandler) Handle(err error) {
	if err == nil {
		return
	}
	suppressed, ok := h.limit.Allow()
	if !ok {
		return
	}
	h.logger.Error(catalog.TelemetryFailed, zap.String(catalog.FieldError, firstLine(err)), limiter.Field(suppressed))
}
