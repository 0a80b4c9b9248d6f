package outbox

import (
	"context"
	"runtime"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// linesWaiting is enough for what a burst of changes writes, and little memory
// while nobody takes it.
const linesWaiting = 256

// A Log writes lines to a logger that may hang. It never waits for the logger.
type Log struct {
	logger *zap.Logger // nil without one
	box    *Outbox
}

// NewLog returns a Log. A nil logger writes nothing. When lines were dropped,
// the next one comes after [catalog.LogLinesDropped] with their number.
func NewLog(logger *zap.Logger) *Log {
	l := &Log{logger: logger}
	l.box = New(linesWaiting, func(dropped int) {
		logger.Warn(catalog.LogLinesDropped, zap.Int(catalog.FieldDropped, dropped))
	})
	return l
}

// Debug writes a line at that level.
func (l *Log) Debug(message string, fields ...zap.Field) {
	l.write(zapcore.DebugLevel, message, fields)
}

// Info writes a line at that level.
func (l *Log) Info(message string, fields ...zap.Field) { l.write(zapcore.InfoLevel, message, fields) }

// Warn writes a line at that level.
func (l *Log) Warn(message string, fields ...zap.Field) { l.write(zapcore.WarnLevel, message, fields) }

// Error writes a line at that level.
func (l *Log) Error(message string, fields ...zap.Field) {
	l.write(zapcore.ErrorLevel, message, fields)
}

// Write writes a line of the error log of an HTTP server, at debug.
func (l *Log) Write(line []byte) (int, error) {
	l.Debug(catalog.HTTPServerReported, zap.String(catalog.FieldDetail, strings.TrimSpace(string(line))))
	return len(line), nil
}

func (l *Log) write(level zapcore.Level, message string, fields []zap.Field) {
	if l.logger == nil {
		return
	}
	at := time.Now()
	caller := zapcore.NewEntryCaller(runtime.Caller(2))
	l.box.Add(func() {
		if line := l.logger.Check(level, message); line != nil {
			// The line tells when it happened, by the logger's own clock, and where.
			line.Time = line.Time.Add(-time.Since(at))
			if line.Caller.Defined {
				line.Caller = caller
			}
			line.Write(fields...)
		}
	})
}

// Then makes a call after the lines so far, or returns false when it is dropped.
func (l *Log) Then(call func()) bool { return l.box.Add(call) }

// Writes reports whether there is a logger.
func (l *Log) Writes() bool { return l.logger != nil }

// Dropped returns how many lines were dropped so far.
func (l *Log) Dropped() int64 { return l.box.Dropped() }

// Stalled returns for how long the logger has not returned.
func (l *Log) Stalled(now time.Time) time.Duration { return l.box.Stalled(now) }

// Close waits until ctx is done for the lines so far, and drops later ones. It
// returns how many were not written.
func (l *Log) Close(ctx context.Context) (left int) { return l.box.Close(ctx) }
