package sloghandler

import (
	"log/slog"

	"go.opentelemetry.io/otel/log"
	"go.uber.org/zap/zapcore"
)

// perLevel is how many of slog's levels there are to one of zap's.
const perLevel = 4

// enabling returns the level of zap that decides whether one of slog's is written.
func enabling(l slog.Level) zapcore.Level {
	const least = -16 * perLevel
	return zapcore.Level(min(max(l, least), slog.LevelError) >> 2)
}

// written returns the level of a line.
func written(l slog.Level) zapcore.Level { return max(enabling(l), zapcore.DebugLevel) }

// severity returns that of a level which is none of the four, else zero. The numbers are as far apart
// as slog's are.
func severity(l slog.Level) log.Severity {
	switch l {
	case slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError:
		return 0
	}
	const info = slog.Level(log.SeverityInfo)
	return log.Severity(min(max(l, 1-info), slog.Level(log.SeverityFatal4)-info) + info)
}
