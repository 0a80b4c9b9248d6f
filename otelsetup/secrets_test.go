package otelsetup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// mark is in everything that must not get out.
const mark = "MARKEDSECRET"

type contextKey struct{}

// broken is slow, or fails with an error that has the key in it, as those of
// some engines do.
type broken struct{ kvdb.Store }

func (b broken) Get(ctx context.Context, key []byte) ([]byte, error) {
	switch {
	case bytes.Contains(key, []byte("slow")):
		<-time.After(200 * time.Millisecond)
	case bytes.Contains(key, []byte("failing")):
		return nil, &kvdb.Error{Op: "get", Kind: kvdb.ErrUnavailable, Err: fmt.Errorf("no node for %q", key)}
	}
	return b.Store.Get(ctx, key)
}

func TestSecretsStayInside(t *testing.T) {
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			b := new(backend)
			web := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.Header.Get("authorization"), mark) {
					t.Error("the secret does not reach the receiver")
				}
				b.ServeHTTP(w, r)
			})
			url := serveHTTP(t, web)
			if protocol == "grpc" {
				url = serveGRPC(t, b)
			}
			setenv(t, map[string]string{
				"OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
				"OTEL_EXPORTER_OTLP_HEADERS":  "authorization=Bearer%20" + mark,
				"OTEL_EXPORTER_OTLP_ENDPOINT": strings.Replace(url, "http://", "http://user:"+mark+"@", 1),
				"OTEL_LOG_LEVEL":              "debug",
			})
			var stdout lockedBuffer
			spans := tracetest.NewInMemoryExporter()
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(&stdout), otelsetup.WithLogLevel(zap.DebugLevel), otelsetup.WithSpanExporter(spans), otelsetup.WithGlobals())
			if err != nil {
				t.Fatal(err)
			}
			store, err := instrument.Wrap(broken{kvdb.NewMemory(nil)}, instrument.WithTelemetry(tel))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			ctx, span := tel.TracerProvider().Tracer("test").Start(context.WithValue(t.Context(), contextKey{}, mark), "request")
			key, value := []byte(mark+" key"), []byte(mark+" value")
			if err := errors.Join(store.Put(ctx, key, value), store.Delete(ctx, key)); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{mark + " absent", mark + " slow", mark + " failing", ""} {
				store.Get(ctx, []byte(key))
			}
			tel.Logger().With(otelsetup.Context(ctx)).Info("bound")
			tel.Logger().Info("given", otelsetup.Context(ctx))
			span.End()
			page := &bytes.Buffer{}
			for _, accept := range []string{"text/plain", openMetrics} {
				_, body := get(t, tel.MetricsHandler(), accept)
				page.WriteString(body)
			}
			seen := fmt.Sprint(spans.GetSpans())
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			seen += fmt.Sprint(spans.GetSpans())
			for output, text := range map[string]string{
				"standard output": stdout.String(),
				"OTLP":            string(b.bytes),
				"/metrics":        page.String(),
				"the spans":       seen,
			} {
				if text == "" {
					t.Errorf("%s is empty", output)
				}
				if i := strings.Index(text, mark); i >= 0 {
					t.Errorf("%s has a secret: … %q …", output, text[max(0, i-100):min(len(text), i+100)])
				}
			}
			for _, message := range []string{"operation succeeded", "operation slow", "operation failed"} {
				if !strings.Contains(stdout.String(), message) {
					t.Errorf("there is no line %q", message)
				}
			}
			if out := stdout.String(); strings.Count(out, span.SpanContext().TraceID().String()) < 2 {
				t.Errorf("the lines lack the trace's id: %s", out)
			}
		})
	}
}
