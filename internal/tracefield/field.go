// Package tracefield is the zap field that ties a line to its trace, for every
// package that logs.
package tracefield

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Context returns the field that carries ctx. An encoder, such as that of JSON,
// writes from it trace_id, span_id and trace_flags beside the other fields, and
// nothing when ctx has no valid span; no other value of ctx can reach a line.
// OpenTelemetry's bridge for zap takes the context out of it, and from that the
// trace of its record. A nil context is none.
func Context(ctx context.Context) zap.Field {
	if ctx == nil {
		return zap.Skip()
	}
	return zap.Inline(carrier{ctx})
}

// A carrier is both what the bridge looks for, a context, and what an encoder
// asks for its fields.
type carrier struct{ context.Context } //nolint:containedctx // it is what the field carries

var _ zapcore.ObjectMarshaler = carrier{}

// MarshalLogObject adds the ids of the span, as the OpenTelemetry specification
// names them for formats other than OTLP.
func (c carrier) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	span := trace.SpanContextFromContext(c)
	if !span.IsValid() {
		return nil
	}
	enc.AddString(catalog.FieldTraceID, span.TraceID().String())
	enc.AddString(catalog.FieldSpanID, span.SpanID().String())
	enc.AddString(catalog.FieldTraceFlags, span.TraceFlags().String())
	return nil
}
