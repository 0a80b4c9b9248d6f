package sanitize_test

import (
	"fmt"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

// What an export pays for being right.
func BenchmarkClean(b *testing.B) {
	attrs := []attribute.KeyValue{
		attribute.String("db.system.name", "pebble"), attribute.String("db.namespace", "orders"),
		attribute.String("db.operation.name", "get"), attribute.String("kvdb.outcome", "ok"),
	}
	b.Run("512 spans", func(b *testing.B) {
		stub := tracetest.SpanStub{Name: "get orders", Attributes: attrs}
		spans := make([]sdktrace.ReadOnlySpan, 512)
		for i := range spans {
			spans[i] = stub.Snapshot()
		}
		b.ReportAllocs()
		for b.Loop() {
			sanitize.Spans(spans)
		}
	})
	b.Run("1000 points", func(b *testing.B) {
		sum := metricdata.Sum[int64]{Temporality: metricdata.CumulativeTemporality}
		for i := range 1000 {
			attrs[1] = attribute.String("db.namespace", fmt.Sprint(i))
			sum.DataPoints = append(sum.DataPoints, metricdata.DataPoint[int64]{Attributes: attribute.NewSet(attrs...)})
		}
		rm := one(sum)
		b.ReportAllocs()
		for b.Loop() {
			sanitize.Metrics(rm)
		}
	})
}
