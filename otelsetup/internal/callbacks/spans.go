package callbacks

import (
	"context"
	"fmt"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

// GuardProcessor returns a processor of the program's, which may rely on no span's
// coming after Shutdown. Its panics do not fail the operation that the span is of, and
// report is told of them.
func GuardProcessor(p sdktrace.SpanProcessor, report func(of string, err error)) sdktrace.SpanProcessor {
	return &guardedProcessor{SpanProcessor: p, failed: report}
}

type guardedProcessor struct {
	sdktrace.SpanProcessor
	failed func(of string, err error)
	closed atomic.Bool
}

func (p *guardedProcessor) OnStart(ctx context.Context, s sdktrace.ReadWriteSpan) {
	if !p.closed.Load() {
		defer p.recovered()
		p.SpanProcessor.OnStart(ctx, s)
	}
}

func (p *guardedProcessor) OnEnd(s sdktrace.ReadOnlySpan) {
	if !p.closed.Load() {
		defer p.recovered()
		p.SpanProcessor.OnEnd(s)
	}
}

func (p *guardedProcessor) recovered() {
	if r := recover(); r != nil {
		p.failed(fmt.Sprintf("%T", p.SpanProcessor), fmt.Errorf("panicked: %v", r))
	}
}

func (p *guardedProcessor) ForceFlush(ctx context.Context) (err error) {
	if p.closed.Load() {
		return nil
	}
	defer foreign.Recover(&err)
	return p.SpanProcessor.ForceFlush(ctx)
}

func (p *guardedProcessor) Shutdown(ctx context.Context) (err error) {
	p.closed.Store(true)
	defer foreign.Recover(&err)
	return p.SpanProcessor.Shutdown(ctx)
}

// GuardSampler returns a sampler of the program's. A span for which it panics is not
// recorded, and report is told.
func GuardSampler(s sdktrace.Sampler, report func(of string, err error)) sdktrace.Sampler {
	return guardedSampler{s, report}
}

type guardedSampler struct {
	sdktrace.Sampler
	failed func(of string, err error)
}

func (s guardedSampler) ShouldSample(p sdktrace.SamplingParameters) (result sdktrace.SamplingResult) {
	defer func() {
		if r := recover(); r != nil {
			s.failed(fmt.Sprintf("%T", s.Sampler), fmt.Errorf("panicked: %v", r))
			result = sdktrace.SamplingResult{Decision: sdktrace.Drop, Tracestate: trace.SpanContextFromContext(p.ParentContext).TraceState()}
		}
	}()
	return s.Sampler.ShouldSample(p)
}
