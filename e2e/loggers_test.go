package e2e

import (
	"context"
	"log/slog"
	"maps"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/otelsetup"
)

// TestOneQueryOfBothLoggers: of a program that logs by zap and by slog, one query by trace id finds
// the lines of both, as they were on standard output and as they came over OTLP.
func TestOneQueryOfBothLoggers(t *testing.T) {
	v := startVictoriaLogs(t)
	t.Setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", v.otlp())
	var stdout process.Buffer
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName("both"), otelsetup.WithLogWriter(&stdout))
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	tel.Logger().Info("by zap", otelsetup.Context(ctx))
	slog.New(tel.SlogHandler()).InfoContext(ctx, "by slog")
	span.End()
	if err := tel.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	v.insertLines(t, stdout.String())

	id := span.SpanContext().TraceID().String()
	want := map[string]int{"by zap": 1, "by slog": 1}
	v.Eventually(t, "both lines, twice each", func() bool {
		lines, records := make(map[string]int), make(map[string]int)
		for _, e := range v.query(t, `trace_id:="`+id+`"`) {
			if e["span_id"] != span.SpanContext().SpanID().String() {
				t.Errorf("not of the span: %v", e)
			}
			if e.fromOTLP() {
				records[e["_msg"]]++
			} else {
				lines[e["_msg"]]++
			}
		}
		return maps.Equal(lines, want) && maps.Equal(records, want)
	})
}
