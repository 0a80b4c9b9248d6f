package tracefield_test

import (
	"bytes"
	"context"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/tracefield"
)

type secretKey struct{}

func traced(ctx context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
}

func TestContext(t *testing.T) {
	secret := context.WithValue(t.Context(), secretKey{}, "swordfish")
	for name, test := range map[string]struct {
		ctx  context.Context
		want string
	}{
		"span":       {traced(secret), `{"m":"x","trace_id":"01000000000000000000000000000000","span_id":"0200000000000000","trace_flags":"01","n":1}` + "\n"},
		"no context": {nil, `{"m":"x","n":1}` + "\n"},
		"no span":    {secret, `{"m":"x","n":1}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			enc := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "m"})
			log := zap.New(zapcore.NewCore(enc, zapcore.AddSync(&out), zap.InfoLevel))
			log.Info("x", tracefield.Context(test.ctx), zap.Int("n", 1))
			if out.String() != test.want {
				t.Errorf("line %s, want %s", out.String(), test.want)
			}
		})
	}
}

// What the bridge looks for.
func TestContextIsFound(t *testing.T) {
	ctx, ok := tracefield.Context(traced(t.Context())).Interface.(context.Context)
	if !ok || !trace.SpanContextFromContext(ctx).IsValid() {
		t.Errorf("the field carries no context: %v", ctx)
	}
}
