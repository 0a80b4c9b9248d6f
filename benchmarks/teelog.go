package benchmarks

import (
	"context"
	"io"
	"time"

	"go.opentelemetry.io/contrib/bridges/otelzap"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// TeeLog is what people write to have JSON and OpenTelemetry: zap's Tee of a
// JSON core and the bridge, and the ids of the trace as fields, from a function
// that each service has.
type TeeLog struct {
	provider *sdklog.LoggerProvider
	logger   *zap.Logger
}

// NewTeeLog makes one. Its JSON has the same keys and the same form of the time
// as that of package otelsetup.
func NewTeeLog(w io.Writer) *TeeLog {
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		TimeKey: "timestamp", LevelKey: "level", NameKey: "logger", MessageKey: "message", StacktraceKey: "stacktrace",
		EncodeTime:     func(t time.Time, enc zapcore.PrimitiveArrayEncoder) { enc.AppendString(t.UTC().Format(timestamp)) },
		EncodeLevel:    zapcore.LowercaseLevelEncoder,
		EncodeDuration: zapcore.SecondsDurationEncoder,
	})
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(discardLogs{})))
	core := zapcore.NewTee(
		zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), zap.InfoLevel),
		otelzap.NewCore(namespace, otelzap.WithLoggerProvider(provider)))
	return &TeeLog{provider, zap.New(core).With(zap.String("system", system), zap.String("namespace", namespace))}
}

const timestamp = "2006-01-02T15:04:05.000000000Z"

// Log implements [LineLogger].
func (l *TeeLog) Log(ctx context.Context) {
	span := trace.SpanContextFromContext(ctx)
	l.logger.Info(message,
		zap.String("trace_id", span.TraceID().String()),
		zap.String("span_id", span.SpanID().String()),
		zap.String("trace_flags", span.TraceFlags().String()),
		zap.String("operation", line.operation),
		zap.String("outcome", line.outcome),
		zap.Float64("duration_ms", line.duration),
		zap.Int("key_len", len(Key)),
		zap.String("key_hash", line.keyHash),
		zap.Int("value_bytes", line.valueBytes))
}

// Flush implements [LineLogger].
func (l *TeeLog) Flush(ctx context.Context) error { return l.provider.ForceFlush(ctx) }

// Close implements [LineLogger].
func (l *TeeLog) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return l.provider.Shutdown(ctx)
}
