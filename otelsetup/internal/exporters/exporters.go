package exporters

import (
	"context"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

// Settings say where exporters send to.
type Settings struct {
	Environment environment.Variables
	Endpoint    string             // of the program, for every signal; "" for those of the environment
	Console     *linewriter.Writer // standard error

	// Connected is handed what ends the connections of a signal, before it has any.
	Connected func(s environment.Signal, end func())
}

// The exporters of a signal, each with its otel.component.type.
type (
	Span struct {
		sdktrace.SpanExporter
		Kind string
	}
	Metric struct {
		sdkmetric.Exporter
		Kind string
	}
	Log struct {
		sdklog.Exporter
		Kind string
	}
)

// Spans returns those of spans. It starts nothing that sends by itself.
func (s Settings) Spans(ctx context.Context) ([]Span, error) {
	return made(ctx, s, environment.Traces, receiver.spans, "span",
		func(e sdktrace.SpanExporter, kind string) Span { return Span{e, kind} }, (*console).spans)
}

// Metrics returns those of metrics, likewise.
func (s Settings) Metrics(ctx context.Context) ([]Metric, error) {
	return made(ctx, s, environment.Metrics, receiver.metrics, "metric",
		func(e sdkmetric.Exporter, kind string) Metric { return Metric{e, kind} }, (*console).metrics)
}

// Logs returns those of log records, likewise.
func (s Settings) Logs(ctx context.Context) ([]Log, error) {
	return made(ctx, s, environment.Logs, receiver.logs, "log",
		func(e sdklog.Exporter, kind string) Log { return Log{e, kind} }, (*console).logs)
}
