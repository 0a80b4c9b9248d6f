package otelsetup

import (
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// An sdkLogger is the SDK's own logger on a zap logger. It writes few lines,
// and of their values the plain ones only: the others are whole configurations
// and batches of telemetry.
type sdkLogger struct {
	logger    *zap.Logger
	verbosity int
	limit     *limiter.Limiter
}

func newSDKLogger(logger *zap.Logger, verbosity int) *sdkLogger {
	return &sdkLogger{logger, verbosity, &limiter.Limiter{Interval: time.Second}}
}

// Init implements logr.LogSink.
func (*sdkLogger) Init(logr.RuntimeInfo) {}

// Enabled implements logr.LogSink.
func (s *sdkLogger) Enabled(level int) bool { return level <= s.verbosity && s.verbosity > 0 }

// Info implements logr.LogSink.
func (s *sdkLogger) Info(level int, msg string, values ...any) {
	zapLevel := zapcore.DebugLevel
	switch {
	case level <= environment.VerbosityWarn:
		zapLevel = zapcore.WarnLevel
	case level <= environment.VerbosityInfo:
		zapLevel = zapcore.InfoLevel
	}
	s.log(zapLevel, msg, values)
}

// Error implements logr.LogSink.
func (s *sdkLogger) Error(err error, msg string, values ...any) {
	if s.verbosity < environment.VerbosityError {
		return
	}
	if err != nil {
		values = append([]any{catalog.FieldError, err}, values...)
	}
	s.log(zapcore.ErrorLevel, msg, values)
}

func (s *sdkLogger) log(level zapcore.Level, msg string, values []any) {
	suppressed, ok := s.limit.Allow()
	if !ok {
		return
	}
	fields := []zap.Field{zap.String(catalog.FieldDetail, msg)}
	for i := 0; i+1 < len(values); i += 2 {
		key, ok := values[i].(string)
		if !ok {
			continue
		}
		switch v := values[i+1].(type) {
		case bool, int, int64, uint32, uint64, float64, time.Duration:
			fields = append(fields, zap.Any(key, v))
		case error:
			fields = append(fields, zap.String(key, oneline.Error(v)))
		}
	}
	s.logger.Log(level, catalog.TelemetryReported, append(fields, limiter.Field(suppressed))...)
}

// WithValues implements logr.LogSink.
func (s *sdkLogger) WithValues(...any) logr.LogSink { return s }

// WithName implements logr.LogSink.
func (s *sdkLogger) WithName(string) logr.LogSink { return s }

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
	h.logger.Error(catalog.TelemetryFailed, zap.String(catalog.FieldError, oneline.Error(err)), limiter.Field(suppressed))
}
