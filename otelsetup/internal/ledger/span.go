package ledger

import (
	"context"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

// spanProcessor admits spans to a batch processor.
type spanProcessor struct {
	ledger *Ledger
	batch  sdktrace.SpanProcessor
	flush  chan struct{} // held by a flush: it takes a place in the batcher's queue
}

// NewSpanProcessor returns a processor that sends spans in batches to the
// exporter and accounts for them. The ledger's queue wins over the options'.
func NewSpanProcessor(l *Ledger, e sdktrace.SpanExporter, opts ...sdktrace.BatchSpanProcessorOption) sdktrace.SpanProcessor {
	opts = append(opts, sdktrace.WithMaxQueueSize(int(l.queue)+1)) // one for a flush
	return &spanProcessor{
		ledger: l,
		batch:  sdktrace.NewBatchSpanProcessor(spanExporter{l, e}, opts...),
		flush:  make(chan struct{}, 1),
	}
}

func (p *spanProcessor) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

func (p *spanProcessor) OnEnd(s sdktrace.ReadOnlySpan) {
	if s.SpanContext().IsSampled() && p.ledger.admit() {
		p.batch.OnEnd(s)
	}
}

func (p *spanProcessor) ForceFlush(ctx context.Context) error {
	select {
	case p.flush <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.flush }()
	return p.ledger.flush(func() error { return p.batch.ForceFlush(ctx) })
}

// Shutdown ends the export that is under way when ctx is done, so that no
// goroutine waits for a receiver that hangs.
func (p *spanProcessor) Shutdown(ctx context.Context) error {
	p.ledger.close()
	defer p.ledger.abort()
	return p.ledger.flush(func() error { return p.batch.Shutdown(ctx) })
}

type spanExporter struct {
	ledger *Ledger
	sdktrace.SpanExporter
}

func (e spanExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.ledger.export(ctx, len(spans), func() (batch, int, int) {
		good, mended := sanitize.Spans(spans)
		return spanBatch{e.SpanExporter, good}, mended, 0
	})
	return nil
}

func (e spanExporter) Shutdown(ctx context.Context) error {
	return guard(func() error { return e.SpanExporter.Shutdown(ctx) })
}
