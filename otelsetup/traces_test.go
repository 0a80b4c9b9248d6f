package otelsetup_test

import (
	"context"
	"net"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/otelkv/otelkv/otelsetup"
)

// Without an endpoint there is no exporter, and nobody calls at its default
// addresses.
func TestSilentWithoutEndpoint(t *testing.T) {
	calls := make(chan string, 10)
	for _, address := range []string{"localhost:4317", "localhost:4318"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("not watched: %v", err)
			continue
		}
		done := make(chan struct{})
		defer func() { listener.Close(); <-done }()
		go func() {
			defer close(done)
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				conn.Close()
				calls <- address
			}
		}()
	}
	tel := start(t)
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	if !span.IsRecording() || !span.SpanContext().IsSampled() {
		t.Error("the span is not real")
	}
	span.End()
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case address := <-calls:
		t.Errorf("dialled %s", address)
	default:
	}
}

func TestSpanSampler(t *testing.T) {
	for _, tt := range []struct {
		name, variable, arg string
		opts                []otelsetup.Option
		want                bool
	}{
		{"default", "", "", nil, true},
		{"variable", "always_off", "", nil, false},
		{"variable with argument", "parentbased_traceidratio", "0", nil, false},
		{"option over variable", "always_off", "", []otelsetup.Option{otelsetup.WithSampler(sdktrace.AlwaysSample())}, true},
		{"option over default option", "", "", []otelsetup.Option{otelsetup.WithSampler(sdktrace.AlwaysSample()), otelsetup.WithDefaultSampler(sdktrace.NeverSample())}, true},
		{"default option", "", "", []otelsetup.Option{otelsetup.WithDefaultSampler(sdktrace.NeverSample())}, false},
		{"variable over default option", "always_on", "", []otelsetup.Option{otelsetup.WithDefaultSampler(sdktrace.NeverSample())}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("OTEL_TRACES_SAMPLER", tt.variable)
			t.Setenv("OTEL_TRACES_SAMPLER_ARG", tt.arg)
			_, span := start(t, tt.opts...).TracerProvider().Tracer("test").Start(t.Context(), "request")
			defer span.End()
			if got := span.SpanContext().IsSampled(); got != tt.want {
				t.Errorf("sampled: %v", got)
			}
		})
	}
}

func TestSpanProcessorAndExporter(t *testing.T) {
	recorder, exporter := tracetest.NewSpanRecorder(), new(countingExporter)
	tel := start(t, otelsetup.WithSpanProcessor(recorder), otelsetup.WithSpanExporter(exporter))
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	span.End()
	if len(recorder.Ended()) != 1 {
		t.Error("the processor got nothing")
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if exporter.spans != 1 || !exporter.shut {
		t.Errorf("the exporter got %+v", exporter)
	}
}

// What comes after Shutdown is no affair of a processor any more, and is counted
// by an exporter.
func TestSpansAfterShutdown(t *testing.T) {
	recorder, exporter := tracetest.NewSpanRecorder(), new(countingExporter)
	tel := start(t, otelsetup.WithSpanProcessor(recorder), otelsetup.WithSpanExporter(exporter))
	tracer := tel.TracerProvider().Tracer("test")
	_, around := tracer.Start(t.Context(), "around")
	if err := tel.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	around.End()
	_, late := tracer.Start(t.Context(), "late")
	late.End()
	if err := tel.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
	if n, ended := len(recorder.Started()), len(recorder.Ended()); n != 1 || ended != 0 {
		t.Errorf("the processor got the start of %d spans and the end of %d", n, ended)
	}
	if lost := tel.Losses(); lost != (otelsetup.Losses{Spans: 2}) || exporter.spans != 0 {
		t.Errorf("losses %+v, exported %d", lost, exporter.spans)
	}
}

type countingExporter struct {
	spans int
	shut  bool
}

func (e *countingExporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.spans += len(spans)
	return nil
}

func (e *countingExporter) Shutdown(context.Context) error {
	e.shut = true
	return nil
}

func TestOwnTracerProvider(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1")
	recorder := tracetest.NewSpanRecorder()
	own := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	defer own.Shutdown(context.Background())
	tel := start(t, otelsetup.WithTracerProvider(own), otelsetup.WithShutdownTimeout(time.Minute))
	if tel.TracerProvider() != own {
		t.Fatal("another provider")
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, span := own.Tracer("test").Start(t.Context(), "after")
	span.End()
	if len(recorder.Ended()) != 1 {
		t.Error("Shutdown ended a provider that is not the Telemetry's")
	}
}
