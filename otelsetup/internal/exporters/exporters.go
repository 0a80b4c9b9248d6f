package exporters

import (
	"context"
	"fmt"

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

// A Made is an exporter that was made, and of what kind it is.
type Made[E any] struct {
	Exporter E
	Kind     string // its otel.component.type
}

// Spans returns the exporters of spans. It starts nothing that sends by itself.
func (s Settings) Spans(ctx context.Context) ([]Made[sdktrace.SpanExporter], error) {
	return exporters(ctx, s, environment.Traces, "span", receiver.spans, (*console).spans)
}

// Metrics returns those of metrics, likewise.
func (s Settings) Metrics(ctx context.Context) ([]Made[sdkmetric.Exporter], error) {
	return exporters(ctx, s, environment.Metrics, "metric", receiver.metrics, (*console).metrics)
}

// Logs returns those of log records, likewise.
func (s Settings) Logs(ctx context.Context) ([]Made[sdklog.Exporter], error) {
	return exporters(ctx, s, environment.Logs, "log", receiver.logs, (*console).logs)
}

// exporters makes those of a signal. An item is what the signal consists of.
func exporters[E any](ctx context.Context, settings Settings, s environment.Signal, item string,
	otlp func(receiver, context.Context) (E, error), toConsole func(*console) E,
) ([]Made[E], error) {
	routes, err := settings.Environment.Routes(s, settings.Endpoint)
	if err != nil {
		return nil, err
	}
	var all []Made[E]
	if routes.OTLP {
		r, err := settings.connect(s)
		if err != nil {
			return nil, fmt.Errorf("OTLP exporter of %s: %w", s.Name, err)
		}
		exporter, err := otlp(r, ctx)
		if err != nil {
			return nil, fmt.Errorf("OTLP exporter of %s: %w", s.Name, err)
		}
		all = append(all, Made[E]{exporter, r.kind(item)})
	}
	if routes.Console {
		all = append(all, Made[E]{toConsole(&console{settings.Console}), "console_" + item + "_exporter"})
	}
	return all, nil
}
