package benchmarks

import (
	"context"
	"io"
	"log/slog"
)

// OTelKVSlog is a logger of slog over the pipeline of package otelsetup.
type OTelKVSlog struct {
	*OTelKVLog
	logger *slog.Logger
}

// NewOTelKVSlog starts one.
func NewOTelKVSlog(ctx context.Context, w io.Writer) (*OTelKVSlog, error) {
	started, err := NewOTelKVLog(ctx, w)
	if err != nil {
		return nil, err
	}
	return &OTelKVSlog{started, slog.New(started.telemetry.SlogHandler()).With("system", system, "namespace", namespace)}, nil
}

// Log implements [LineLogger].
func (l *OTelKVSlog) Log(ctx context.Context) { logBySlog(ctx, l.logger) }

// logBySlog writes the line in the way that costs least.
func logBySlog(ctx context.Context, l *slog.Logger) {
	l.LogAttrs(ctx, slog.LevelInfo, message,
		slog.String("operation", line.operation),
		slog.String("outcome", line.outcome),
		slog.Float64("duration_ms", line.duration),
		slog.Int("key_len", len(Key)),
		slog.String("key_hash", line.keyHash),
		slog.Int("value_bytes", line.valueBytes))
}
