package otelsetup_test

import (
	"context"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// shaky panics in everything.
type shaky struct{}

func (shaky) OnStart(context.Context, sdktrace.ReadWriteSpan) { panic("no idea") }
func (shaky) OnEnd(sdktrace.ReadOnlySpan)                     { panic("no idea") }
func (shaky) ForceFlush(context.Context) error                { panic("no idea") }
func (shaky) Shutdown(context.Context) error                  { panic("no idea") }
func (shaky) Description() string                             { return "shaky" }

func (shaky) ShouldSample(sdktrace.SamplingParameters) sdktrace.SamplingResult { panic("no idea") }

// What a program hands in for its spans may panic: the operation that a span is of
// succeeds, and the exporter gets the span all the same.
func TestPanicsOfProcessorsAndSamplers(t *testing.T) {
	for name, tt := range map[string]struct {
		option otelsetup.Option
		spans  int
	}{
		"processor": {otelsetup.WithSpanProcessor(shaky{}), 2},
		"sampler":   {otelsetup.WithSampler(shaky{}), 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := new(backend)
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(&lockedBuffer{}), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)), tt.option)
			if err != nil {
				t.Fatal(err)
			}
			store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
			if err := store.Put(ctx, []byte("key"), []byte("value")); err != nil {
				t.Error(err)
			}
			span.End()
			if n := pageOf(t, tel.MetricsHandler())["kvdb_callback_failures_total"].GetMetric()[0].GetCounter().GetValue(); n == 0 {
				t.Error("no failure is counted")
			}
			err = tel.Shutdown(t.Context())
			if tt.spans > 0 && (err == nil || !strings.Contains(err.Error(), "panicked: no idea")) {
				t.Errorf("error %v", err)
			}
			if spans, _, _ := b.got(); spans != tt.spans {
				t.Errorf("%d spans came, want %d", spans, tt.spans)
			}
		})
	}
}
