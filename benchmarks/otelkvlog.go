package benchmarks

import (
	"context"
	"errors"
	"io"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup"
)

// OTelKVLog is the logger of package otelsetup, to JSON and to an exporter.
type OTelKVLog struct {
	telemetry *otelsetup.Telemetry
	logger    *zap.Logger
}

// NewOTelKVLog starts one.
func NewOTelKVLog(ctx context.Context, w io.Writer) (*OTelKVLog, error) {
	tel, err := otelsetup.Start(ctx, otelsetup.WithServiceName(namespace), otelsetup.WithLogWriter(w),
		otelsetup.WithLogExporter(discardLogs{}), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())
	if err != nil {
		return nil, err
	}
	return &OTelKVLog{tel, tel.Logger().With(zap.String("system", system), zap.String("namespace", namespace))}, nil
}

// Log implements [LineLogger].
func (l *OTelKVLog) Log(ctx context.Context) {
	l.logger.Info(message,
		otelsetup.Context(ctx),
		zap.String("operation", line.operation),
		zap.String("outcome", line.outcome),
		zap.Float64("duration_ms", line.duration),
		zap.Int("key_len", len(Key)),
		zap.String("key_hash", line.keyHash),
		zap.Int("value_bytes", line.valueBytes))
}

// Flush implements [LineLogger].
func (l *OTelKVLog) Flush(ctx context.Context) error {
	return errors.Join(l.logger.Sync(), l.telemetry.ForceFlush(ctx))
}

// Lost returns how many lines JSON lacks.
func (l *OTelKVLog) Lost() uint64 { return l.telemetry.Losses().LogLines }

// Close implements [LineLogger].
func (l *OTelKVLog) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return l.telemetry.Shutdown(ctx)
}
