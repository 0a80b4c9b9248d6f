package otelsetup_test

import (
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"

	"github.com/otelkv/otelkv/otelsetup"
)

// captureStderr runs f with another standard error and returns what f wrote to it.
func captureStderr(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = w
	defer func() { os.Stderr = stderr }()
	text := make(chan string)
	go func() {
		all, _ := io.ReadAll(r)
		text <- string(all)
	}()
	f()
	w.Close()
	return <-text
}

func TestConsole(t *testing.T) {
	setenv(t, map[string]string{"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "console", "OTEL_LOGS_EXPORTER": "console"})
	text := captureStderr(t, func() {
		tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "failing")
		span.SetStatus(codes.Error, "broken")
		tel.Logger().Warn("hello", otelsetup.Context(ctx))
		span.End()
		use(t, tel, "orders")
		if err := tel.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
	var span, child, record, requests, latency, quantiles bool
	for line := range strings.Lines(text) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		attrs, _ := v["attributes"].(map[string]any)
		span = span || v["span"] == "failing" && v["status"] == "Error" && v["status_message"] == "broken" && v["duration_ms"] != nil
		child = child || v["span"] == "put orders" && v["parent_span_id"] != nil && attrs["db.namespace"] == "orders"
		record = record || v["log"] == "hello" && v["severity"] == "warn" && v["trace_id"] != nil
		requests = requests || v["metric"] == "kvdb.requests" && v["value"] == 1.0 && attrs["kvdb.outcome"] == "ok"
		latency = latency || v["metric"] == "kvdb.request.latency" && v["count"] == 1.0 && v["unit"] == "s"
		quantiles = quantiles || v["metric"] == "kvdb.request.latency.quantiles" && v["quantiles"] != nil
	}
	if !span || !child || !record || !requests || !latency || !quantiles {
		t.Errorf("span %v, child %v, record %v, requests %v, latency %v, quantiles %v in\n%s", span, child, record, requests, latency, quantiles, text)
	}
}
