package benchmarks

import (
	"context"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// NewTracerProvider returns an SDK provider whose root spans are not sampled
// and whose children follow their parent. What is recorded is thrown away when
// a span ends, so that no exporter's work is measured.
func NewTracerProvider() *sdktrace.TracerProvider {
	return sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())),
		sdktrace.WithSpanProcessor(discard{}),
	)
}

// SampledParent returns a context with a span that records, and the function
// that ends the span.
func SampledParent(ctx context.Context) (context.Context, func()) {
	return parent(ctx, sdktrace.AlwaysSample())
}

// UnsampledParent returns a context with a span of the SDK that was not
// sampled, and the function that ends the span.
func UnsampledParent(ctx context.Context) (context.Context, func()) {
	return parent(ctx, sdktrace.NeverSample())
}

func parent(ctx context.Context, sampler sdktrace.Sampler) (context.Context, func()) {
	tp := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler), sdktrace.WithSpanProcessor(discard{}))
	ctx, span := tp.Tracer("benchmarks").Start(ctx, "request", trace.WithNewRoot())
	return ctx, func() { span.End() }
}

// discard is a span processor. With none at all, the SDK would skip the copy
// that it makes of every span that ends.
type discard struct{}

func (discard) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (discard) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (discard) Shutdown(context.Context) error                  { return nil }
func (discard) ForceFlush(context.Context) error                { return nil }
