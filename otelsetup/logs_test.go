package otelsetup_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// One line, one record, the same trace.
func TestLogsInBothOutputs(t *testing.T) {
	b := new(backend)
	var out lockedBuffer
	tel := startLogging(t, otelsetup.WithLogWriter(&out), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)))
	ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	defer span.End()
	tel.Logger().Debug("hidden", otelsetup.Context(ctx))
	tel.Logger().Warn("shown", otelsetup.Context(ctx), zap.Duration("took", 1500*time.Millisecond))
	if err := tel.Logger().Sync(); err != nil {
		t.Fatal(err)
	}

	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	for key, want := range map[string]any{
		"level": "warn", "message": "shown", "took": 1.5,
		"trace_id": span.SpanContext().TraceID().String(), "span_id": span.SpanContext().SpanID().String(), "trace_flags": "01",
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.logs) != 1 {
		t.Fatalf("%d records, want 1: Sync flushes", len(b.logs))
	}
	r := b.logs[0]
	if trace.SpanID(r.GetSpanId()) != span.SpanContext().SpanID() || trace.TraceID(r.GetTraceId()) != span.SpanContext().TraceID() {
		t.Error("the record is not of the span")
	}
	if r.GetBody().GetStringValue() != "shown" || find(r.GetAttributes(), "took").GetDoubleValue() != 1.5 || find(r.GetAttributes(), "trace_id") != nil {
		t.Errorf("record %v", r)
	}
}

// startLogging starts a Telemetry with the logger of its own.
func startLogging(t *testing.T, opts ...otelsetup.Option) *otelsetup.Telemetry {
	t.Helper()
	tel, err := otelsetup.Start(t.Context(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tel.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return tel
}

func TestLogLevelOfBothOutputs(t *testing.T) {
	b := new(backend)
	var out lockedBuffer
	tel := startLogging(t, otelsetup.WithLogWriter(&out), otelsetup.WithLogLevel(zapcore.ErrorLevel), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)))
	tel.Logger().Warn("one")
	tel.Level().SetLevel(zapcore.WarnLevel)
	tel.Logger().Warn("two")
	put := httptest.NewRecorder()
	tel.LogLevelHandler().ServeHTTP(put, httptest.NewRequest(http.MethodPut, "http://localhost/loglevel", strings.NewReader(`{"level":"debug"}`)))
	if put.Code != http.StatusOK {
		t.Errorf("PUT: status %d", put.Code)
	}
	tel.Logger().Debug("three")
	tel.Logger().Sync()
	for message, want := range map[string]bool{"one": false, "two": true, "three": true} {
		if got := strings.Contains(out.String(), `"message":"`+message+`"`); got != want {
			t.Errorf("JSON has %q: %v", message, got)
		}
		if got := (&moody{backend: backend{logs: b.logs}}).hasLog(message); got != want {
			t.Errorf("OTLP has %q: %v", message, got)
		}
	}
}

// A level for a while falls back, and the log says so.
func TestLogLevelFallsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out lockedBuffer
		tel := startLogging(t, otelsetup.WithLogWriter(&out))
		put := httptest.NewRecorder()
		tel.LogLevelHandler().ServeHTTP(put, httptest.NewRequest(http.MethodPut, "http://localhost/loglevel", strings.NewReader(`{"level":"debug","for":"5m"}`)))
		if put.Code != http.StatusOK || tel.Level().Level() != zapcore.DebugLevel {
			t.Errorf("PUT: status %d, level %v", put.Code, tel.Level())
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if tel.Level().Level() != zapcore.InfoLevel || !strings.Contains(out.String(), `"message":"log level fell back","from":"debug","to":"info"`) {
			t.Errorf("level %v, log %s", tel.Level(), out.String())
		}
	})
}

func TestLogLevelHandlerOfAForeignLogger(t *testing.T) {
	w := httptest.NewRecorder()
	start(t).LogLevelHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/loglevel", nil))
	if w.Code != http.StatusNotImplemented {
		t.Errorf("status %d", w.Code)
	}
}

func TestLogSampling(t *testing.T) {
	b := new(backend)
	var out lockedBuffer
	tel := startLogging(t, otelsetup.WithLogWriter(&out), otelsetup.WithLogSampling(time.Hour, 2, 3), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)))
	for range 8 {
		tel.Logger().Info("again")
	}
	tel.Logger().Sync()
	if _, _, records := b.got(); records != 4 || strings.Count(out.String(), "again") != 4 {
		t.Errorf("%d records and the lines %s, want 4 each", records, out.String())
	}
	want := map[string]float64{"output_stalled": 0, "output_failed": 0, "sampling": 4}
	if got := droppedLines(t, tel); !maps.Equal(got, want) {
		t.Errorf("dropped %v, want %v", got, want)
	}
}

type recordCounter struct {
	records int
	shut    bool
	err     error
}

func (e *recordCounter) Export(_ context.Context, records []sdklog.Record) error {
	e.records += len(records)
	return e.err
}
func (*recordCounter) ForceFlush(context.Context) error { return nil }
func (e *recordCounter) Shutdown(context.Context) error { e.shut = true; return nil }

func TestLogExporter(t *testing.T) {
	exporter := new(recordCounter)
	tel := startLogging(t, otelsetup.WithLogWriter(io.Discard), otelsetup.WithLogExporter(exporter), otelsetup.WithLogExporter(nil))
	tel.Logger().Info("by zap")
	var r log.Record
	r.SetBody(attribute.StringValue("by hand"))
	tel.LoggerProvider().Logger("own").Emit(t.Context(), r)
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if exporter.records != 2 || !exporter.shut {
		t.Errorf("the exporter got %+v", exporter)
	}
	tel.Logger().Info("late")
	if lost := tel.Losses(); lost != (otelsetup.Losses{LogRecords: 1}) {
		t.Errorf("losses %+v", lost)
	}
}

func TestShutdownSaysWhatIsLost(t *testing.T) {
	exporter := &recordCounter{err: errors.New("backend says no")}
	var out lockedBuffer
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(&out), otelsetup.WithLogExporter(exporter))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		tel.Logger().Info("lost")
	}
	err = tel.Shutdown(t.Context())
	if err == nil || !strings.Contains(err.Error(), "3 log records were not delivered") || !errors.Is(err, exporter.err) {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{`"message":"export failed"`, `"signal":"logs"`, `"message":"telemetry not shut down cleanly"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %s: %s", want, out.String())
		}
	}
	if exporter.records != 3 {
		t.Errorf("the exporter got %d records: its failure fed back", exporter.records)
	}
}

// A crashing program leaves nothing behind. It is this test, run once more.
func TestCrashFlushes(t *testing.T) {
	if url := os.Getenv("OTELKV_TEST_CRASH_URL"); url != "" {
		crash(url, os.Getenv("OTELKV_TEST_CRASH"))
		return
	}
	for _, tt := range []struct {
		kind  string
		spans int
	}{{"fatal", 1}, {"panic", 0}, {"flush", 1}} {
		t.Run(tt.kind, func(t *testing.T) {
			b := new(backend)
			program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashFlushes$")
			program.Env = append(os.Environ(), "OTELKV_TEST_CRASH_URL="+serveHTTP(t, b), "OTELKV_TEST_CRASH="+tt.kind)
			out, err := program.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("error %v, output %s", err, out)
			}
			spans, _, logs := b.got()
			if logs == 0 || spans < tt.spans || !strings.Contains(string(out), `"message":"last words"`) {
				t.Errorf("%d log records and %d spans came; output %s", logs, spans, out)
			}
		})
	}
}

func crash(url, kind string) {
	tel, err := otelsetup.Start(context.Background(), otelsetup.WithOTLPEndpoint(url))
	if err != nil {
		panic(err)
	}
	_, span := tel.TracerProvider().Tracer("test").Start(context.Background(), "last request")
	span.End()
	switch kind {
	case "fatal":
		tel.Logger().Fatal("last words")
	case "panic":
		tel.Logger().Panic("last words")
	default:
		tel.Logger().Info("last words")
		tel.Logger().Sync()
		if err := tel.ForceFlush(context.Background()); err != nil {
			panic(err)
		}
		panic("over")
	}
}

func TestForceFlushWithHangingReceiver(t *testing.T) {
	m := newMoody(t, environment.HTTP, "hangs")
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint("http://"+m.addr), otelsetup.WithShutdownTimeout(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	tel.Logger().Info("stuck")
	err = tel.ForceFlush(t.Context())
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "flush logs") || !strings.Contains(err.Error(), "flush metrics") {
		t.Errorf("error %v", err)
	}
	if err := tel.Shutdown(t.Context()); err == nil || !strings.Contains(err.Error(), "data points were not delivered") {
		t.Errorf("shutdown: %v", err)
	}
	if lost := tel.Losses(); lost.LogRecords != 1 || lost.DataPoints == 0 || lost.Spans != 0 {
		t.Errorf("losses %+v", lost)
	}
}
