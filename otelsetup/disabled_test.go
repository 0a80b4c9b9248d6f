package otelsetup_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/otelkv/otelkv/otelsetup"
)

func TestDisabled(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "True")
	t.Setenv("OTEL_TRACES_SAMPLER", "sometimes") // has no effect
	b := new(backend)
	var out lockedBuffer
	exported := tracetest.NewInMemoryExporter()
	joined := extra("app_joined", 1)
	tel := startLogging(t, otelsetup.WithLogWriter(&out), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)), otelsetup.WithSpanExporter(exported), otelsetup.WithPrometheusRegistry(joined, joined))
	if span := use(t, tel, "orders"); span.IsValid() {
		t.Error("there is a span")
	}
	tel.Logger().Info("hello")
	_, page := get(t, tel.MetricsHandler(extra("app_ready", 1)), "text/plain")
	if !strings.Contains(page, "app_ready 1") || !strings.Contains(page, "app_joined 1") || strings.Contains(page, "kvdb") || strings.Contains(page, "target_info") {
		t.Errorf("page %s", page)
	}
	if err := tel.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if spans, metrics, logs := b.got(); spans+metrics+logs+len(exported.GetSpans()) != 0 {
		t.Errorf("exported %d spans, %d metrics, %d log records", spans, metrics, logs)
	}
	if !strings.Contains(out.String(), "hello") {
		t.Error("the log is disabled too")
	}
}

func TestDisabledAlone(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	own := sdktrace.NewTracerProvider()
	tel := start(t, otelsetup.WithTracerProvider(own), otelsetup.WithGlobals())
	if status, page := get(t, tel.MetricsHandler(), "text/plain"); status != http.StatusOK || page != "" {
		t.Errorf("status %d, page %q", status, page)
	}
	if tel.TracerProvider() != own {
		t.Error("the caller's provider is gone")
	}
}

// What the caller gave away is shut down, used or not.
func TestDisabledTakesOver(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	records, spans, behind := new(recordCounter), new(countingExporter), new(countingExporter)
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithLogExporter(records), otelsetup.WithSpanExporter(spans),
		otelsetup.WithSpanProcessor(sdktrace.NewSimpleSpanProcessor(behind)))
	if err != nil {
		t.Fatal(err)
	}
	if err := tel.Shutdown(t.Context()); err != nil || !records.shut || !spans.shut || !behind.shut {
		t.Errorf("error %v; shut down are the records' %v, the spans' %v, the processor's %v", err, records.shut, spans.shut, behind.shut)
	}
}

func TestNotDisabled(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "false")
	if !use(t, start(t), "orders").IsValid() {
		t.Error("there is no span")
	}
}
