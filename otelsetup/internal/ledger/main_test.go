package ledger

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/goleak"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A receiver is an exporter of every signal. It answers with what answer
// returns, which may block.
type receiver struct {
	answer func(ctx context.Context, records int) error
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
	return r.answer(ctx, len(s))
}

func (r logReceiver) Export(ctx context.Context, records []sdklog.Record) error {
	return r.answer(ctx, len(records))
}

func (metricReceiver) Temporality(sdkmetric.InstrumentKind) metricdata.Temporality {
	return metricdata.CumulativeTemporality
}

func (metricReceiver) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

func (r metricReceiver) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	return r.answer(ctx, points.Count(rm))
}

// A pipe is a provider of one signal with a ledger in it.
type pipe struct {
	ledger   *Ledger
	write    func()
	flush    func(context.Context) error
	shutdown func(context.Context) error
}
