package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/callbacks"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/ledger"
)

// startTraces sets the TracerProvider. It takes the caller's processors and
// exporters over, and so comes last and cannot fail from there on.
func (t *Telemetry) startTraces(ctx context.Context, c *config, res *resource.Resource) error {
	if c.tracerProvider != nil {
		t.tracerProvider = c.tracerProvider
		return nil
	}
	made, err := t.exporters(c).Spans(ctx)
	if err != nil {
		return err
	}
	all := slices.Clone(made)
	for _, e := range c.spanExporters {
		all = append(all, exporters.Made[sdktrace.SpanExporter]{Exporter: e, Kind: fmt.Sprintf("%T", e)})
	}
	for _, e := range all {
		t.traceAccounts.Open(t.diagnostics, environment.Traces, ledger.Spans, e.Kind, c.env.Queue(environment.Traces))
	}
	if err := t.traceAccounts.Register(t.meterProvider.Meter(scopeName)); err != nil {
		return errors.Join(err, foreign.Within(ctx, t.budget, foreign.Each(made,
			func(e exporters.Made[sdktrace.SpanExporter], ctx context.Context) error {
				return e.Exporter.Shutdown(ctx)
			})))
	}

	var processors []sdktrace.SpanProcessor
	for _, sp := range c.spanProcessors {
		processors = append(processors, callbacks.GuardProcessor(sp, t.failures.Report))
	}
	for i, e := range all {
		processors = append(processors, ledger.NewSpanProcessor(t.traceAccounts[i].Ledger, e.Exporter))
	}
	opts := []sdktrace.TracerProviderOption{sdktrace.WithResource(res)}
	for _, sp := range processors {
		opts = append(opts, sdktrace.WithSpanProcessor(sp))
	}
	if sampler := c.spanSampler(t.failures.Report); sampler != nil {
		opts = append(opts, sdktrace.WithSampler(sampler))
	}
	t.tracerProvider = sdktrace.NewTracerProvider(opts...)
	// The provider itself is left as it is: one that is shut down loses spans
	// without a count.
	t.steps = append(t.steps, step{
		name: environment.Traces.Name, items: "spans", accounts: &t.traceAccounts,
		run:   foreign.Each(processors, sdktrace.SpanProcessor.Shutdown),
		flush: foreign.Each(processors, sdktrace.SpanProcessor.ForceFlush),
	})
	return nil
}

// spanSampler returns the sampler, nil for that of the environment. failed is told
// of the caller's in trouble.
func (c *config) spanSampler(failed func(string, error)) sdktrace.Sampler {
	switch {
	case c.sampler != nil:
		return callbacks.GuardSampler(c.sampler, failed)
	case c.env.HasSampler():
		return nil
	case c.defaultSampler != nil:
		return callbacks.GuardSampler(c.defaultSampler, failed)
	}
	return sdktrace.ParentBased(sdktrace.AlwaysSample()) // as the SDK, which may see another environment
}
