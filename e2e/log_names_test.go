package e2e

import (
	"bytes"
	"io"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup"
)

// A log store shows what the program said, whatever names its fields have: a field
// "level" neither hides the line's own nor is lost, by lines and by records.
func TestNamesInALogStore(t *testing.T) {
	v := startVictoriaLogs(t)
	t.Setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", v.otlp())
	var lines bytes.Buffer
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName("names"),
		otelsetup.WithLogWriter(struct{ io.Writer }{&lines}))
	if err != nil {
		t.Fatal(err)
	}
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
	tel.Logger().With(zap.String("level", "gold"), zap.String("user", "alice")).Warn("names",
		zap.String("user", "bob"), zap.String("message", "hello"), zap.String("timestamp", "yesterday"),
		zap.String("trace_id", "mine"), zap.String("service.name", "other"), otelsetup.Context(ctx))
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.insertLines(t, lines.String())

	var found []logEntry
	v.Eventually(t, "the line and the record", func() bool {
		found = v.query(t, `_msg:="names"`)
		return len(found) == 2
	})
	for _, e := range found {
		want := logEntry{
			"_msg": "names", "trace_id": "01000000000000000000000000000000", "trace_id_1": "mine",
			"level_1": "gold", "user": "bob", "user_1": "alice", "message_1": "hello", "timestamp_1": "yesterday",
		}
		if e.fromOTLP() {
			want["severity"] = "warn"
		} else {
			want["level"] = "warn"
		}
		for name, value := range want {
			if e[name] != value {
				t.Errorf("of OTLP %t: %s is %q, want %q", e.fromOTLP(), name, e[name], value)
			}
		}
	}
}
