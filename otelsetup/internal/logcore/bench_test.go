package logcore_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

// What a line of fields costs that have a name each, as they mostly do, and what
// one costs that has a name twice.
func BenchmarkLine(b *testing.B) {
	fields := []zap.Field{
		zap.String("system", "pebble"), zap.String("namespace", "orders"), zap.String("operation", "get"),
		zap.String("outcome", "error"), zap.Float64("duration_ms", 1.25), zap.Int("key_len", 16),
		zap.String("key_hash", "89abcdef01234567"), zap.Int("value_bytes", 4096), zap.String("error_type", "timeout"),
		zap.String("client_ip", "192.0.2.1"), zap.Int("attempt", 3), zap.String("user", "alice"), zap.String("tenant", "acme"),
		zap.String("request_id", "0123456789abcdef"), zap.Int("status", 500), zap.String("method", "GET"),
		zap.String("path", "/orders"), zap.Bool("retried", true), zap.Int("shard", 7), zap.String("region", "eu"),
	}
	five := []zap.Field{zap.String("app", "a"), zap.Int("pid", 1), zap.String("zone", "b"), zap.String("build", "c"), zap.String("host", "d")}
	twin := slices.Concat(fields[:4], []zap.Field{zap.String("system", "bolt")})
	for _, test := range []struct {
		name         string
		bound, given []zap.Field
	}{
		{"0", nil, nil}, {"5", nil, fields[:5]}, {"20", nil, fields},
		{"5 bound", five, nil}, {"5 bound 5", five, fields[:5]}, {"5 bound 20", five, fields},
		{"twins", nil, twin}, {"5 bound twins", five, twin},
	} {
		for _, records := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/records=%v", test.name, records), func(b *testing.B) {
				o := logcore.Options{Lines: linewriter.New(io.Discard, linewriter.Options{}), Name: "bench"}
				if records {
					o.Provider = sdklog.NewLoggerProvider(sdklog.WithProcessor(nobody{}), sdklog.WithAllowKeyDuplication())
				}
				core, err := logcore.New(o)
				if err != nil {
					b.Fatal(err)
				}
				l := zap.New(core).With(test.bound...).With(tracefield.Context(traced(b, 1)))
				b.ReportAllocs()
				for b.Loop() {
					l.Info("operation failed", test.given...)
				}
			})
		}
	}
}

// nobody is a processor that does nothing.
type nobody struct{ sdklog.Processor }

func (nobody) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }
func (nobody) OnEmit(context.Context, *sdklog.Record) error           { return nil }
