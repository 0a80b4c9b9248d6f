package ledger

import (
	"context"

	sdklog "go.opentelemetry.io/otel/sdk/log"

	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

// logProcessor admits log records to a batch processor.
type logProcessor struct {
	*sdklog.BatchProcessor
	ledger *Ledger
}

// NewLogProcessor returns a processor that sends log records in batches to the
// exporter and accounts for them. The ledger's queue wins over the options'.
func NewLogProcessor(l *Ledger, e sdklog.Exporter, opts ...sdklog.BatchProcessorOption) sdklog.Processor {
	opts = append(opts, sdklog.WithMaxQueueSize(int(l.queue)))
	return &logProcessor{sdklog.NewBatchProcessor(logExporter{l, e}, opts...), l}
}

func (p *logProcessor) OnEmit(ctx context.Context, r *sdklog.Record) error {
	if !p.ledger.admit() {
		return nil
	}
	return p.BatchProcessor.OnEmit(ctx, r)
}

func (p *logProcessor) ForceFlush(ctx context.Context) error {
	return p.ledger.flush(func() error { return p.BatchProcessor.ForceFlush(ctx) })
}

// Shutdown ends the export that is under way when ctx is done, so that no
// goroutine waits for a receiver that hangs.
func (p *logProcessor) Shutdown(ctx context.Context) error {
	p.ledger.close()
	defer p.ledger.abort()
	return p.ledger.flush(func() error { return p.BatchProcessor.Shutdown(ctx) })
}

type logExporter struct {
	ledger *Ledger
	sdklog.Exporter
}

func (e logExporter) Export(ctx context.Context, records []sdklog.Record) error {
	if len(records) > 0 {
		e.ledger.export(ctx, len(records), func() (batch, int, int) {
			good, mended, leftOut := sanitize.Records(records)
			return logBatch{e.Exporter, good}, mended, leftOut
		})
	}
	return nil
}

func (e logExporter) ForceFlush(ctx context.Context) error {
	return guard(func() error { return e.Exporter.ForceFlush(ctx) })
}

func (e logExporter) Shutdown(ctx context.Context) error {
	return guard(func() error { return e.Exporter.Shutdown(ctx) })
}
