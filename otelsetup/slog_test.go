package otelsetup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/otelsetup"
)

func ExampleTelemetry_SlogHandler() {
	ctx := context.Background()
	tel, err := otelsetup.Start(ctx, otelsetup.WithLogWriter(withoutTime{os.Stdout}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(ctx)

	ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0xa}, SpanID: trace.SpanID{0xb}, TraceFlags: trace.FlagsSampled,
	}))
	log := slog.New(tel.SlogHandler())
	log.InfoContext(ctx, "order placed", "items", 3, slog.Group("customer", "tier", "gold"))
	log.Warn("stock is low")
	// Output:
	// {"level":"info","trace_id":"0a000000000000000000000000000000","span_id":"0b00000000000000","trace_flags":"01","message":"order placed","items":3,"customer":{"tier":"gold"}}
	// {"level":"warn","message":"stock is low"}
}

// A logger of the program's own sends its lines through the pipeline, too, when its core is joined
// with the Telemetry's.
func ExampleTelemetry_Logger_tee() {
	ctx := context.Background()
	tel, err := otelsetup.Start(ctx, otelsetup.WithLogWriter(withoutTime{os.Stdout}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(ctx)

	own := zap.NewExample() // prints level and msg
	log := own.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
		return zapcore.NewTee(c, tel.Logger().Core())
	}))
	log.Info("order placed", zap.Int("items", 3), otelsetup.Context(ctx))
	// Output:
	// {"level":"info","msg":"order placed","items":3}
	// {"level":"info","message":"order placed","items":3}
}

// TestSlogBesideZap: lines of both loggers are of the span, in both outputs, under one level.
func TestSlogBesideZap(t *testing.T) {
	b := new(backend)
	var out lockedBuffer
	tel := startLogging(t, otelsetup.WithLogWriter(&out), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)))
	ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	defer span.End()
	log := slog.New(tel.SlogHandler(otelsetup.SlogSource(), nil))
	log.DebugContext(ctx, "hidden")
	log.WarnContext(ctx, "by slog", "error", errors.New("disk full"))
	tel.Logger().Warn("by zap", otelsetup.Context(ctx))
	tel.Level().SetLevel(zapcore.DebugLevel)
	log.Log(ctx, slog.LevelDebug+2, "between")
	if err := tel.Logger().Sync(); err != nil {
		t.Fatal(err)
	}
	id := span.SpanContext().TraceID().String()
	if text := out.String(); strings.Contains(text, "hidden") || strings.Count(text, `"trace_id":"`+id+`"`) != 3 || !strings.Contains(text, `"caller":"otelsetup/slog_test.go:`) {
		t.Errorf("lines:\n%s", text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []string
	for _, r := range b.logs {
		if trace.TraceID(r.GetTraceId()) != span.SpanContext().TraceID() {
			t.Errorf("not of the span: %v", r)
		}
		got = append(got, fmt.Sprintf("%s %s %d %s", r.GetBody().GetStringValue(), r.GetSeverityText(), r.GetSeverityNumber(), find(r.GetAttributes(), "exception.message").GetStringValue()))
	}
	if want := []string{"by slog warn 13 disk full", "by zap warn 13 ", "between DEBUG+2 7 "}; !slices.Equal(got, want) {
		t.Errorf("records %q, want %q", got, want)
	}
}

// TestWithSlog: a program that has slog alone gets the lines of the Telemetry and of those who
// report to it, with the ids of their spans, once.
func TestWithSlog(t *testing.T) {
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}}))
	var out bytes.Buffer
	tel := startLogging(t, otelsetup.WithSlog(slog.NewTextHandler(&out, nil)))
	tel.Logger().Info("by zap", otelsetup.Context(ctx), zap.Int("n", 1))
	slog.New(tel.SlogHandler()).InfoContext(ctx, "by slog", "n", 2)
	const ids = ` trace_id=01000000000000000000000000000000 span_id=0200000000000000 trace_flags=00 `
	for _, part := range []string{`level=INFO msg="by zap"` + ids + "n=1\n", `level=INFO msg="by slog"` + ids + "n=2\n"} {
		if strings.Count(out.String(), part) != 1 {
			t.Errorf("no %q in\n%s", part, out.String())
		}
	}
	// A handler of ours finds the span, and has its ids once.
	var lines lockedBuffer
	inner := startLogging(t, otelsetup.WithLogWriter(&lines))
	outer := startLogging(t, otelsetup.WithSlog(inner.SlogHandler()))
	outer.Logger().Info("m", otelsetup.Context(ctx))
	if text := lines.String(); strings.Count(text, `"trace_id":"01`) != 1 || strings.Contains(text, "trace_id_1") {
		t.Errorf("line %s", text)
	}
}

// TestSlogHandlerOfWithSlog: a program's handler gets each record as it is, and its ids outside of groups.
func TestSlogHandlerOfWithSlog(t *testing.T) {
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}}))
	var out bytes.Buffer
	tel := startLogging(t, otelsetup.WithSlog(slog.NewJSONHandler(&out, &slog.HandlerOptions{AddSource: true, Level: slog.LevelDebug - 4})))
	h := tel.SlogHandler(otelsetup.SlogSource())
	_ = h.Handle(ctx, slog.NewRecord(time.Time{}, slog.LevelDebug-4, "m", 0))
	slog.New(h).WithGroup("g").With("b", 2).Log(ctx, slog.LevelInfo+2, "m", "b", 3)
	const ids = `"trace_id":"01000000000000000000000000000000","span_id":"0200000000000000","trace_flags":"00"`
	for _, part := range []string{`{"level":"DEBUG-4","msg":"m",` + ids + "}\n", `"level":"INFO+2","source":{"function":`, `slog_test.go",`, ids + `,"g":{"b":2,"b":3}}` + "\n"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("no %s in %s", part, out.String())
		}
	}
}

// printing is an exporter that prints the names of spans.
type printing struct{ tracetest.NoopExporter }

func (*printing) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, s := range spans {
		fmt.Println("exported", s.Name())
	}
	return nil
}

// TestFatalOfWithSlog: what waits is sent before the program ends.
func TestFatalOfWithSlog(t *testing.T) {
	const child = "OTELKV_TEST_FATAL"
	if os.Getenv(child) != "" {
		tel, err := otelsetup.Start(t.Context(), otelsetup.WithSlog(slog.NewTextHandler(os.Stdout, nil)), otelsetup.WithSpanExporter(&printing{}), otelsetup.WithSampler(sdktrace.AlwaysSample()))
		if err != nil {
			t.Fatal(err)
		}
		_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "last span")
		span.End()
		tel.Logger().Fatal("over")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Errorf("the program ended with %v", err)
	}
	for _, part := range []string{"level=ERROR+4 msg=over", "exported last span"} {
		if !strings.Contains(string(out), part) {
			t.Errorf("no %s in\n%s", part, out)
		}
	}
}

// TestSlogAfterShutdown: nothing breaks.
func TestSlogAfterShutdown(t *testing.T) {
	var out lockedBuffer
	tel := startLogging(t, otelsetup.WithLogWriter(&out))
	log := slog.New(tel.SlogHandler())
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	log.Info("late")
}
