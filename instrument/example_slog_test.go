package instrument_test

import (
	"context"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// The line of an operation has the ids of the span that it ran in.
func ExampleWithSlog() {
	handler := slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration_ms" || a.Key == "key_hash" {
			return slog.Attr{} // nobody could know them here
		}
		return a
	}})
	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()),
		instrument.WithSlog(handler), instrument.WithLogOptions(instrument.LogOptions{Successes: true}))
	defer store.Close()

	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0xa}, SpanID: trace.SpanID{0xb},
	}))
	_ = store.Put(ctx, []byte("user:1234"), []byte("Ada"))
	// Output:
	// {"level":"INFO","msg":"operation succeeded","system":"memory","namespace":"memory","trace_id":"0a000000000000000000000000000000","span_id":"0b00000000000000","trace_flags":"00","operation":"put","outcome":"ok","key_len":9,"value_bytes":3}
}
