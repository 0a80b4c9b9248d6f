package otelsetup_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/otelsetup"
)

// TestWithLenientEnvironment: a variable that is wrong is logged, and neither it
// nor any other has an effect.
func TestWithLenientEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"OTEL_RESOURCE_ATTRIBUTES":    "nonsense",
		"OTEL_TRACES_SAMPLER":         "always_off",
		"OTEL_METRICS_EXPORTER":       "carrier_pigeon",
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", // right, but nobody is there
	} {
		t.Setenv(name, value)
	}
	var log bytes.Buffer
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(&log), otelsetup.WithLenientEnvironment())
	if err != nil {
		t.Fatal(err)
	}
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "span")
	if !span.SpanContext().IsSampled() {
		t.Error("the span is not sampled")
	}
	span.End()
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Errorf("something was exported: %v", err)
	}
	for _, part := range []string{"environment ignored", "OTEL_RESOURCE_ATTRIBUTES: ", "OTEL_METRICS_EXPORTER: "} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log does not say %q: %s", part, log.String())
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines: %s", n, log.String())
	}
}

// TestLenience ends at options, and says nothing of an environment that is right.
func TestLenience(t *testing.T) {
	var log bytes.Buffer
	lenient := []otelsetup.Option{otelsetup.WithLogWriter(&log), otelsetup.WithLenientEnvironment()}
	tel, err := otelsetup.Start(t.Context(), lenient...)
	if err != nil {
		t.Fatal(err)
	}
	if err := tel.Shutdown(t.Context()); err != nil || log.Len() > 0 {
		t.Errorf("%v, log %s", err, log.String())
	}
	t.Setenv("OTEL_TRACES_SAMPLER", "sometimes")
	_, err = otelsetup.Start(t.Context(), append(lenient, otelsetup.WithShutdownTimeout(-1))...)
	if err == nil || !strings.Contains(err.Error(), "WithShutdownTimeout") || strings.Contains(err.Error(), "SAMPLER") {
		t.Errorf("error %v, want one about the option", err)
	}
}
