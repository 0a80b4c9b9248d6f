package logcore_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/tracefield"
)

var update = flag.Bool("update", false, "rewrite testdata")

// The golden transcript: what a few calls leave in either output.
func TestTranscript(t *testing.T) {
	h := newHarness(t)
	ctx := tracefield.Context(traced(t, 1))
	store := h.With(zap.String("system", "pebble"), zap.String("namespace", "orders"))
	var b strings.Builder
	for _, call := range []struct {
		title string
		log   func()
	}{
		{"a line alone", func() { h.Info("started") }},
		{"an operation", func() {
			store.Warn("operation slow", ctx, zap.String("operation", "get"), zap.String("outcome", "ok"),
				zap.Float64("duration_ms", 312.507), zap.Int("key_len", 11), zap.Int("value_bytes", 64))
		}},
		{"an error", func() {
			store.Named("orders").Error("operation failed", ctx, zap.Error(fmt.Errorf("put: %w", errors.ErrUnsupported)))
		}},
		{"bound, in a namespace", func() {
			h.With(zap.Namespace("request"), ctx, zap.Int("size", 1)).Info("served", zap.Duration("took", 1500*time.Millisecond))
		}},
		{"values", func() {
			h.Debug("values", zap.Uint64("big", 1<<63), zap.Time("at", start), zap.Binary("bytes", []byte("abc")),
				zap.Any("struct", tagged{Name: "n", Secret: secret}), zap.Durations("list", []time.Duration{time.Second}))
		}},
		{"a marshaler that panics", func() { h.Info("hostile", zap.Object("o", panicking{[]zap.Field{zap.Int("kept", 1)}})) }},
		{"a caller", func() {
			if ce := h.Check(zap.InfoLevel, "called"); ce != nil {
				ce.Caller = zapcore.EntryCaller{Defined: true, File: "/src/orders/put.go", Line: 7, Function: "orders.Put"}
				ce.Stack = "orders.Put\n\t/src/orders/put.go:7"
				ce.Write(ctx)
			}
		}},
	} {
		call.log()
		fmt.Fprintf(&b, "# %s\n%s%s\n", call.title, h.line(t), describe(h.record(t)))
	}
	const path = "testdata/transcript.txt"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the transcript is\n%s\nand not\n%s\n-update rewrites it", b.String(), want)
	}
}

// describe prints a record, an attribute a line.
func describe(r sdklog.Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v %s %q scope %s\n", r.Timestamp().UTC().Format(time.RFC3339Nano), r.Severity(), r.SeverityText(),
		r.Body().AsString(), r.InstrumentationScope().Name)
	if r.TraceID().IsValid() {
		fmt.Fprintf(&b, "\ttrace %s span %s flags %s\n", r.TraceID(), r.SpanID(), r.TraceFlags())
	}
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		fmt.Fprintf(&b, "\t%s %v %s\n", kv.Key, kv.Value.Type(), kv.Value)
		return true
	})
	return b.String()
}
