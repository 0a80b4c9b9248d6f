package otelsetup

import (
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.uber.org/zap"
)

func (t *Telemetry) setGlobals() {
	otel.SetTracerProvider(t.tracerProvider)
	otel.SetMeterProvider(t.meterProvider)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(
		propagation.TraceContext{}, propagation.Baggage{},
	))
	otel.SetErrorHandler(&errorHandler{logger: t.logger, limit: limiter{interval: time.Second}})
}

// errorHandler logs what the SDK has nobody to return to, such as failed
// exports.
type errorHandler struct {
	logger *zap.Logger
	limit  limiter
}

func (h *errorHandler) Handle(err error) {
	if err == nil {
		return
	}
	suppressed, ok := h.limit.allow()
	if !ok {
		return
	}
	fields := []zap.Field{zap.String("error", err.Error())}
	if suppressed > 0 {
		fields = append(fields, zap.Int("suppressed", suppressed))
	}
	h.logger.Error("telemetry failed", fields...)
}
