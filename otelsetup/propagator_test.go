package otelsetup_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// A request goes on with the trace of its caller, in the formats of the
// environment, down to the span and the line of an operation and on to the next
// server.
func TestPropagator(t *testing.T) {
	const traceID, spanID = "80f198ee56343ba864fe8b2a57d3eff7", "e457b5a2e4d86bd1"
	b3 := http.Header{"B3": {traceID + "-" + spanID + "-1"}}
	b3multi := http.Header{"X-B3-Traceid": {traceID}, "X-B3-Spanid": {spanID}, "X-B3-Sampled": {"1"}}
	w3c := http.Header{"Traceparent": {"00-" + traceID + "-" + spanID + "-01"}}
	for _, tt := range []struct {
		name, set, disabled string
		request             http.Header
		goesOn              bool
		header              string // of the next request, that has the trace
	}{
		{"default", "", "", w3c, true, "Traceparent"},
		{"b3 without asking for it", "", "", b3, false, ""},
		{"b3", "b3", "", b3, true, "B3"},
		{"b3 in many headers", "b3multi", "", b3multi, true, "X-B3-Traceid"},
		{"other", "b3", "", w3c, false, ""},
		{"several", "b3,tracecontext", "", b3, true, "Traceparent"},
		{"jaeger", "jaeger", "", http.Header{"Uber-Trace-Id": {traceID + ":" + spanID + ":0:1"}}, true, "Uber-Trace-Id"},
		{"xray", "xray", "", http.Header{"X-Amzn-Trace-Id": {"Root=1-80f198ee-56343ba864fe8b2a57d3eff7;Parent=" + spanID + ";Sampled=1"}}, true, ""},
		{"none", "none", "", w3c, false, ""},
		{"disabled", "b3", "true", b3, false, "B3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("OTEL_PROPAGATORS", tt.set)
			t.Setenv("OTEL_SDK_DISABLED", tt.disabled)
			restoreGlobals(t)
			spans := tracetest.NewInMemoryExporter()
			var lines bytes.Buffer
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithGlobals(), otelsetup.WithSpanExporter(spans), otelsetup.WithLogWriter(struct{ io.Writer }{&lines}))
			if err != nil {
				t.Fatal(err)
			}
			store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel), instrument.WithLogOptions(instrument.LogOptions{Successes: true}))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			next := make(http.Header)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				propagator := otel.GetTextMapPropagator() // as otelhttp does
				ctx := propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
				if err := store.Put(ctx, []byte("key"), []byte("value")); err != nil {
					t.Error(err)
				}
				tel.Propagator().Inject(ctx, propagation.HeaderCarrier(next))
			}))
			defer server.Close()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header = tt.request.Clone()
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if err := tel.ForceFlush(t.Context()); err != nil {
				t.Error(err)
			}

			goesOn := false
			for _, s := range spans.GetSpans() {
				goesOn = goesOn || s.SpanContext.TraceID().String() == traceID && s.Parent.SpanID().String() == spanID
			}
			if goesOn != tt.goesOn {
				t.Errorf("the trace goes on: %t, want %t", goesOn, tt.goesOn)
			}
			if tt.header != "" && !strings.Contains(next.Get(tt.header), traceID) {
				t.Errorf("the next request has %v, want the trace in %s", next, tt.header)
			}
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			var line struct {
				TraceID string `json:"trace_id"`
			}
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Fatalf("%v: %s", err, lines.String())
			}
			if found := line.TraceID == traceID; found != (tt.goesOn || tt.disabled != "") {
				t.Errorf("the line is of trace %q", line.TraceID)
			}
		})
	}
}

// A propagator that is not there is an error that says which there are.
func TestPropagatorThatIsNotThere(t *testing.T) {
	t.Setenv("OTEL_PROPAGATORS", "nonsense")
	_, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard))
	if err == nil || !strings.Contains(err.Error(), "OTEL_PROPAGATORS") || !strings.Contains(err.Error(), "b3multi") {
		t.Errorf("Start = %v", err)
	}
	var lines bytes.Buffer
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLenientEnvironment(), otelsetup.WithLogWriter(struct{ io.Writer }{&lines}))
	if err != nil {
		t.Fatal(err)
	}
	if fields := tel.Propagator().Fields(); len(fields) != 3 {
		t.Errorf("fields %q, want those of the default", fields)
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(lines.String(), "OTEL_PROPAGATORS") {
		t.Errorf("the log does not say it: %s", lines.String())
	}
}

// restoreGlobals puts back at the end of a test what WithGlobals sets.
func restoreGlobals(t *testing.T) {
	t.Helper()
	tracers, meters, propagator, handler := otel.GetTracerProvider(), otel.GetMeterProvider(), otel.GetTextMapPropagator(), otel.GetErrorHandler()
	t.Cleanup(func() {
		otel.SetTracerProvider(tracers)
		otel.SetMeterProvider(meters)
		otel.SetTextMapPropagator(propagator)
		otel.SetErrorHandler(handler)
	})
}
