package otelsetup

import (
	"io"
	"log/slog"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/scrape"
	"github.com/otelkv/otelkv/otelsetup/internal/usage"
)

// config is what the options and the environment ask for.
type config struct {
	serviceName    string
	serviceVersion string
	attributes     []attribute.KeyValue

	tracerProvider trace.TracerProvider
	spanProcessors []sdktrace.SpanProcessor
	spanExporters  []sdktrace.SpanExporter
	sampler        sdktrace.Sampler
	defaultSampler sdktrace.Sampler
	endpoint       string // of every signal

	registry         *scrape.Registry // to join; nil for none
	readers          []readerOption
	durationBounds   []float64
	nativeHistograms bool
	processMetrics   bool
	runtimeMetrics   bool
	runtimeBuckets   bool

	logger       *zap.Logger
	slog         slog.Handler // what logger writes to, if it is WithSlog's
	logWriter    io.Writer
	logLevel     *zapcore.Level
	logSampling  *logSampling
	logExporters []sdklog.Exporter

	globals         bool
	shutdownTimeout time.Duration

	env       environment.Variables
	lenient   bool // go on without it when it is wrong
	disabled  bool // by the environment
	readUsage func() usage.Reading
}

// readerOption is one of WithReader.
type readerOption struct {
	temporality sdkmetric.TemporalitySelector
	factory     func(sdkmetric.Producer) (sdkmetric.Reader, error)
}

// logSampling is what WithLogSampling bounds lines by.
type logSampling struct {
	interval          time.Duration
	first, thereafter int
}

func newConfig(opts []Option) *config {
	c := &config{
		processMetrics:  true,
		runtimeMetrics:  true,
		shutdownTimeout: 5 * time.Second,
		env:             os.Getenv,
		readUsage:       usage.Of(system.Local()),
	}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(c)
		}
	}
	c.disabled = c.env.Disabled()
	return c
}

// level returns that of the logger at the start.
func (c *config) level() zapcore.Level {
	if c.logLevel == nil {
		return zapcore.InfoLevel
	}
	return *c.logLevel
}
