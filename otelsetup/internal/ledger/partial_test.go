package ledger

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/log"
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// answering returns a receiver of OTLP over HTTP that always answers the same.
func answering(t *testing.T, m proto.Message) string {
	body, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-protobuf")
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// What the real exporters say of a partial success is understood.
func TestPartialSuccess(t *testing.T) {
	t.Run("logs", func(t *testing.T) {
		url := answering(t, &collogs.ExportLogsServiceResponse{PartialSuccess: &collogs.ExportLogsPartialSuccess{
			RejectedLogRecords: 3, ErrorMessage: "too old",
		}})
		exporter, err := otlploghttp.New(t.Context(), otlploghttp.WithEndpointURL(url))
		if err != nil {
			t.Fatal(err)
		}
		l := New(queue)
		provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(NewLogProcessor(l, exporter)))
		for range 10 {
			provider.Logger("test").Emit(t.Context(), log.Record{})
		}
		_ = provider.Shutdown(t.Context())
		pipe{ledger: l}.want(t, Counts{Delivered: 7, Failed: 3})
	})
	t.Run("spans", func(t *testing.T) {
		url := answering(t, &coltrace.ExportTraceServiceResponse{PartialSuccess: &coltrace.ExportTracePartialSuccess{
			RejectedSpans: 4, ErrorMessage: "too old",
		}})
		exporter, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(url))
		if err != nil {
			t.Fatal(err)
		}
		l := New(queue)
		provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(NewSpanProcessor(l, exporter)))
		for range 10 {
			_, span := provider.Tracer("test").Start(t.Context(), "s")
			span.End()
		}
		_ = provider.Shutdown(t.Context())
		pipe{ledger: l}.want(t, Counts{Delivered: 6, Failed: 4})
	})
}
