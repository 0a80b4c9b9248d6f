package ledger

import (
	"context"
	"fmt"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/goleak"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A receiver is an exporter of every signal. It answers with what answer
// returns, which may block.
type receiver struct {
	answer  func(ctx context.Context, records int) error
	inspect func(ctx context.Context, records int, text string) error // instead
}

func (r receiver) take(ctx context.Context, records int, content any) error {
	if r.inspect != nil {
		return r.inspect(ctx, records, fmt.Sprintf("%+v", content))
	}
	return r.answer(ctx, records)
}

func (r receiver) spans() sdktrace.SpanExporter   { return spanReceiver{r} }
func (r receiver) logs() sdklog.Exporter          { return logReceiver{r} }
func (r receiver) metrics() sdkmetric.Exporter    { return metricReceiver{r} }
func (receiver) Shutdown(context.Context) error   { return nil }
func (receiver) ForceFlush(context.Context) error { return nil }

type (
	spanReceiver   struct{ receiver }
	logReceiver    struct{ receiver }
	metricReceiver struct{ receiver }
)

func (r spanReceiver) ExportSpans(ctx context.Context, s []sdktrace.ReadOnlySpan) error {
	return r.take(ctx, len(s), tracetest.SpanStubsFromReadOnlySpans(s))
}

func (r logReceiver) Export(ctx context.Context, records []sdklog.Record) error {
	return r.take(ctx, len(records), records)
}

func (metricReceiver) Temporality(sdkmetric.InstrumentKind) metricdata.Temporality {
	return metricdata.CumulativeTemporality
}

func (metricReceiver) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

func (r metricReceiver) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	return r.take(ctx, points.Count(rm), *rm)
}

// A pipe is a provider of one signal with a ledger in it.
type pipe struct {
	ledger   *Ledger
	write    func()
	flush    func(context.Context) error
	shutdown func(context.Context) error
}
