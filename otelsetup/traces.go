package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// newSpanExporter returns the OTLP exporter, or nil when no endpoint is
// configured: the exporters' own default would dial localhost for ever.
func newSpanExporter(ctx context.Context, c *config) (*otlptrace.Exporter, error) {
	if c.tracerProvider != nil {
		return nil, nil
	}
	_, fromEnv := c.env.endpoint(envOTLPTraces)
	if c.endpoint == "" && fromEnv == "" {
		return nil, nil
	}
	exporter, err := otlptrace.New(ctx, newTraceClient(c))
	if err != nil {
		return nil, fmt.Errorf("OTLP exporter of traces: %w", err)
	}
	return exporter, nil
}

func newTraceClient(c *config) otlptrace.Client {
	if c.env.protocol(envOTLPTraces) == "grpc" {
		var opts []otlptracegrpc.Option
		if c.endpoint != "" {
			opts = append(opts, otlptracegrpc.WithEndpointURL(c.endpoint))
		}
		return otlptracegrpc.NewClient(opts...)
	}
	var opts []otlptracehttp.Option
	if c.endpoint != "" {
		opts = append(opts, otlptracehttp.WithEndpointURL(strings.TrimSuffix(c.endpoint, "/")+"/v1/traces"))
	}
	return otlptracehttp.NewClient(opts...)
}

// startTraces sets the TracerProvider and returns what shuts it down, nil for
// one of the caller's own.
func (t *Telemetry) startTraces(c *config, res *resource.Resource, exporter *otlptrace.Exporter) func(context.Context) error {
	if c.tracerProvider != nil {
		t.tracerProvider = c.tracerProvider
		return nil
	}
	opts := []sdktrace.TracerProviderOption{sdktrace.WithResource(res)}
	if c.sampler != nil {
		opts = append(opts, sdktrace.WithSampler(c.sampler))
	}
	for _, sp := range c.spanProcessors {
		opts = append(opts, sdktrace.WithSpanProcessor(sp))
	}
	for _, e := range c.spanExporters {
		opts = append(opts, sdktrace.WithBatcher(e))
	}
	if exporter != nil {
		opts = append(opts, sdktrace.WithBatcher(exporter))
	}
	provider := sdktrace.NewTracerProvider(opts...)
	t.tracerProvider = provider
	return func(ctx context.Context) error {
		err := provider.Shutdown(ctx)
		if exporter != nil && ctx.Err() != nil {
			// The batcher's goroutine still waits for the receiver; this ends the
			// request.
			if e := exporter.Shutdown(ctx); !errors.Is(e, ctx.Err()) {
				err = errors.Join(err, e)
			}
		}
		return err
	}
}
