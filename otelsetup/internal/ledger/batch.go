package ledger

import (
	"context"
	"fmt"
	"regexp"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

// A batch is what one export sends.
type batch interface {
	len() int
	export(ctx context.Context) error
	halves() (batch, batch)
}

type spanBatch struct {
	to    sdktrace.SpanExporter
	spans []sdktrace.ReadOnlySpan
}

func (b spanBatch) len() int                         { return len(b.spans) }
func (b spanBatch) export(ctx context.Context) error { return b.to.ExportSpans(ctx, b.spans) }
func (b spanBatch) halves() (batch, batch) {
	n := len(b.spans) / 2
	return spanBatch{b.to, b.spans[:n]}, spanBatch{b.to, b.spans[n:]}
}

type logBatch struct {
	to      sdklog.Exporter
	records []sdklog.Record
}

func (b logBatch) len() int                         { return len(b.records) }
func (b logBatch) export(ctx context.Context) error { return b.to.Export(ctx, b.records) }
func (b logBatch) halves() (batch, batch) {
	n := len(b.records) / 2
	return logBatch{b.to, b.records[:n]}, logBatch{b.to, b.records[n:]}
}

type metricBatch struct {
	to      sdkmetric.Exporter
	metrics *metricdata.ResourceMetrics
}

func (b metricBatch) len() int                         { return points.Count(b.metrics) }
func (b metricBatch) export(ctx context.Context) error { return b.to.Export(ctx, b.metrics) }
func (b metricBatch) halves() (batch, batch) {
	first, rest := points.Split(b.metrics, b.len()/2)
	return metricBatch{b.to, first}, metricBatch{b.to, rest}
}

// An outcome is what became of the records of one or more exports.
type outcome struct {
	delivered int
	failed    [failureCount]int
	err       error // the last
}

// maxRequests is how many exports become of one that the receiver finds too large.
// It is enough to find three records that are too large by themselves among 512,
// the size of a batch, and to give them up alone; a receiver whose limit is half
// of the largest export is asked twice.
const maxRequests = 64

// send exports a batch, in halves where the receiver finds it too large: one
// record that no request has room for costs itself only. It asks no more than
// *requests times, beyond the halves that are under way.
func (o *outcome) send(ctx context.Context, b batch, requests *int) {
	*requests--
	err := guard(func() error { return b.export(ctx) })
	n := b.len()
	if n > 1 && *requests > 1 && tooLarge(err) {
		first, rest := b.halves()
		o.send(ctx, first, requests)
		o.send(ctx, rest, requests)
		return
	}
	failed := failedOf(n, err)
	o.delivered += n - failed
	if err != nil {
		o.err = err
		o.failed[failureOf(err)] += failed
	}
}

// guard runs f, and turns a panic into its error: an exporter may be anybody's,
// and runs on a goroutine whose panic would end the program.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

// tooLarge reports whether that is what the receiver, or the exporter itself, says
// of a request. HTTP has 413 for it, the Collector answers 400, gRPC
// RESOURCE_EXHAUSTED, which alone may be a quota as well: the text decides.
func tooLarge(err error) bool { return err != nil && large.MatchString(err.Error()) }

var large = regexp.MustCompile(`(?i): 413 |too large|larger than max|exceeds (the )?max`)
