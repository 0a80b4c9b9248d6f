package otelsetup

import (
	"io"
	"time"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// WithLogger uses a logger of the caller's own, as it is: its lines go where it
// sends them, which is not to OTLP, and [Telemetry.Level] does not govern it. It
// excludes [WithLogWriter], [WithLogLevel] and [WithLogSampling]. Nil changes
// nothing.
//
// By default, the logger writes JSON lines to standard output, each with
// timestamp (RFC 3339, UTC), level and message, and sends the same records to
// the exporters of logs.
func WithLogger(logger *zap.Logger) Option {
	return optionFunc(func(c *config) { c.logger = logger })
}

// WithLogWriter sets where the logger writes its lines. The writer needs no
// lock of its own and gets whole lines, from a goroutine that is not the
// caller's; it is not closed. Nobody waits for one that hangs: see
// [Telemetry.Logger]. An [os.File] that is a pipe or a socket is written to
// without blocking, and left in the mode it is in. Nil changes nothing.
//
// By default, it is standard output.
func WithLogWriter(w io.Writer) Option {
	return optionFunc(func(c *config) { c.logWriter = w })
}

// WithLogLevel sets the level from which the logger logs, to JSON and OTLP
// alike. It can be changed while the program runs: see [Telemetry.Level] and
// [Telemetry.LogLevelHandler].
//
// By default, it is info.
func WithLogLevel(level zapcore.Level) Option {
	return optionFunc(func(c *config) { c.logLevel = &level })
}

// WithLogSampling bounds how many lines with the same level and message are
// logged: in each interval the first ones, and of the others every thereafter-th,
// none if thereafter is 0. What it drops is neither in JSON nor sent by OTLP; it
// is counted in kvdb.log.dropped, with the reason sampling.
//
// By default, every line is logged.
func WithLogSampling(interval time.Duration, first, thereafter int) Option {
	return optionFunc(func(c *config) { c.logSampling = &logSampling{interval, first, thereafter} })
}

type logSampling struct {
	interval          time.Duration
	first, thereafter int
}

// WithLogExporter exports log records in batches to a backend, also besides
// OTLP. The Telemetry takes it over: Shutdown flushes it and shuts it down, and
// so does a Start that fails later than at its settings.
//
// By default, records go where OTEL_LOGS_EXPORTER says, else to the OTLP
// endpoint, if there is one.
func WithLogExporter(exporter sdklog.Exporter) Option {
	return optionFunc(func(c *config) {
		if exporter != nil {
			c.logExporters = append(c.logExporters, exporter)
		}
	})
}
