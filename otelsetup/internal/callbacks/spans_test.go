package callbacks_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/otelkv/otelkv/otelsetup/internal/callbacks"
)

// shaky panics in everything.
type shaky struct{}

func (shaky) OnStart(context.Context, sdktrace.ReadWriteSpan) { panic("no idea") }
func (shaky) OnEnd(sdktrace.ReadOnlySpan)                     { panic("no idea") }
func (shaky) ForceFlush(context.Context) error                { panic("no idea") }
func (shaky) Shutdown(context.Context) error                  { panic("no idea") }
func (shaky) Description() string                             { return "shaky" }

func (shaky) ShouldSample(sdktrace.SamplingParameters) sdktrace.SamplingResult { panic("no idea") }

func TestGuardProcessor(t *testing.T) {
	var told reports
	good := tracetest.NewSpanRecorder()
	bad := callbacks.GuardProcessor(shaky{}, told.add)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(bad), sdktrace.WithSpanProcessor(callbacks.GuardProcessor(good, told.add)))
	_, span := provider.Tracer("test").Start(t.Context(), "span")
	span.End()
	if len(good.Ended()) != 1 {
		t.Error("the other one does not have the span")
	}
	if all := told.take(); !slices.Equal(all, []string{"callbacks_test.shaky: panicked: no idea", "callbacks_test.shaky: panicked: no idea"}) {
		t.Errorf("told %q", all)
	}
	for _, end := range []func(context.Context) error{bad.ForceFlush, bad.Shutdown} {
		if err := end(t.Context()); err == nil || !strings.Contains(err.Error(), "panicked: no idea") {
			t.Errorf("error %v", err)
		}
	}
}

// No span comes after Shutdown, on which a processor may rely.
func TestGuardProcessorAfterShutdown(t *testing.T) {
	var told reports
	recorder := tracetest.NewSpanRecorder()
	p := callbacks.GuardProcessor(recorder, told.add)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))
	_, span := provider.Tracer("test").Start(t.Context(), "begun before")
	if err := p.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
	if err := p.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	span.End()
	_, span = provider.Tracer("test").Start(t.Context(), "begun afterwards")
	span.End()
	if len(recorder.Started()) != 1 || len(recorder.Ended()) != 0 {
		t.Errorf("%d began and %d ended", len(recorder.Started()), len(recorder.Ended()))
	}
	if err := p.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestGuardSampler(t *testing.T) {
	var told reports
	for sampler, recorded := range map[sdktrace.Sampler]bool{shaky{}: false, sdktrace.AlwaysSample(): true} {
		provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(callbacks.GuardSampler(sampler, told.add)))
		_, span := provider.Tracer("test").Start(t.Context(), "span")
		span.End()
		if span.IsRecording() || span.SpanContext().IsSampled() != recorded {
			t.Errorf("%s: sampled %v, want %v", sampler.Description(), span.SpanContext().IsSampled(), recorded)
		}
	}
	if all := told.take(); len(all) != 1 || !strings.Contains(all[0], "shaky: panicked: no idea") {
		t.Errorf("told %q", all)
	}
}
