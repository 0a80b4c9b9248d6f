package otelsetup_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// serveSmall serves a receiver that takes requests of so many bytes.
func serveSmall(t *testing.T, protocol string, b *backend, limit int) string {
	t.Helper()
	if protocol != environment.GRPC {
		return serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > int64(limit) {
				http.Error(w, "", http.StatusRequestEntityTooLarge)
				return
			}
			b.ServeHTTP(w, r)
		}))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(b, grpc.MaxRecvMsgSize(limit))
	t.Cleanup(server.Stop)
	go server.Serve(listener)
	return "http://" + listener.Addr().String()
}

// Of what is too large for a request, only that is lost which is so by itself.
func TestTooLargeForTheReceiver(t *testing.T) {
	const limit, many = 16 << 10, 100
	huge := strings.Repeat("x", 2*limit)
	for _, protocol := range []string{environment.HTTP, environment.GRPC} {
		t.Run(protocol, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			b := new(backend)
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint(serveSmall(t, protocol, b, limit)))
			if err != nil {
				t.Fatal(err)
			}
			counter, err := tel.MeterProvider().Meter("test").Int64Counter("visits")
			if err != nil {
				t.Fatal(err)
			}
			for i := range many {
				text := strings.Repeat("x", 500)
				if i == many/2 {
					text = huge
				}
				_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "s", trace.WithAttributes(attribute.String("text", text)))
				span.End()
				tel.Logger().Info("line", zap.String("text", text))
				counter.Add(t.Context(), 1, metric.WithAttributes(attribute.String("text", text), attribute.Int("i", i)))
			}
			if err := tel.Shutdown(t.Context()); err == nil {
				t.Error("no error, though three records are lost")
			}
			if lost := tel.Losses(); lost != (otelsetup.Losses{Spans: 1, DataPoints: 1, LogRecords: 1}) {
				t.Errorf("losses %+v", lost)
			}
			visits := 0
			for _, m := range b.metrics {
				if m.GetName() == "visits" {
					visits += len(m.GetSum().GetDataPoints())
				}
			}
			if spans, _, logs := b.got(); spans != many-1 || logs != many-1 || visits != many-1 {
				t.Errorf("%d spans, %d log records and %d points came, want %d each", spans, logs, visits, many-1)
			}
		})
	}
}
