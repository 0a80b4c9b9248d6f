package instrument

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument/internal/clock"
	"github.com/otelkv/otelkv/instrument/internal/record"
)

// An op is one operation under way. It lives on the stack of its method and is
// kept small, since every operation pays for it.
type op struct {
	observer *observer // nil when the operation is filtered out
	start    clock.Mark
	took     time.Duration // when somebody else has timed it; else zero
	stripe   *record.Stripe
	kind     record.Operation
	sent     int     // bytes of keys and values
	items    int     // of a batch
	traced   *traced // nil without a span
	labels   *labels // nil while nobody profiles
}

// begin starts the telemetry of an operation that sends so many bytes of keys
// and values. It returns the context to run it with, and the error that it has
// until it returns one.
func (p *op) begin(ctx context.Context, o *observer, kind record.Operation, sent int) (context.Context, error) {
	if o.filter != nil && !ask(ctx, o.filter, o.rec.Infos[kind].Name) {
		return ctx, errUnfinished
	}
	p.observer, p.kind, p.sent = o, kind, sent
	// Filters, samplers and processors of spans may panic or end the goroutine:
	// what counts the operation comes after them.
	parent := trace.SpanFromContext(ctx)
	traced := o.spans.wants(parent)
	if traced {
		at := time.Now().Add(-p.took) // the clock is read once for span, metric and line
		p.start = clock.Of(at)
		ctx, p.traced = o.spans.start(ctx, parent, kind, at, p.items)
	}
	if profilers.Load() > 0 {
		p.labels = o.labels.of(kind).below(ctx)
		p.labels.put()
	}
	p.stripe = record.Pick(o.rec.StripesOf(kind))
	p.stripe.Begin(sent)
	if !traced {
		p.start = o.clock.Now()
	}
	return ctx, errUnfinished
}

// beginBatch is begin for a batch of items.
func (p *op) beginBatch(ctx context.Context, o *observer, kind record.Operation, sent, items int) (context.Context, error) {
	p.items = items
	ctx, err := p.begin(ctx, o, kind, sent)
	p.count(items)
	return ctx, err
}

// count counts items of the batch that has begun.
func (p *op) count(items int) {
	if p.observer != nil && items > 0 {
		p.stripe.Items.Add(uint64(items))
	}
}

// send counts bytes that the operation turned out to send.
func (p *op) send(sent int) {
	if p.observer != nil && sent > 0 {
		p.sent += sent
		p.stripe.Send(sent)
	}
}

// end finishes the telemetry of an operation, which delivered so many bytes.
// Deferred, it sees panics too and lets them go on. The key is nil where there
// is not one.
func (p *op) end(ctx context.Context, key []byte, read int, err error) {
	o := p.observer
	if o == nil {
		return
	}
	d := p.took
	if d == 0 {
		d = p.start.Elapsed()
	}
	p.labels.takeOff(ctx)
	s := record.SlotOK
	if err != nil {
		s = p.classify(ctx, key, read, err, d)
	}
	o.rec.End(p.stripe, s, d, p.sent, read)
	if o.histograms != nil {
		o.histograms.Record(ctx, p.stripe.Op, s, d, p.sent, read)
	}
	if p.traced != nil || s > record.SlotMiss || d >= o.slow[p.kind] || o.log.successes() {
		p.report(ctx, s, d, read, key, err)
	}
}

// classify finds the slot of an error. An error's own methods and the user's
// classifier may end the goroutine, as a test that fails inside of one does: the
// operation then ends here.
func (p *op) classify(ctx context.Context, key []byte, read int, err error, d time.Duration) record.Slot {
	c := &p.observer.classifier
	if s, ok := c.known(err); ok {
		return s
	}
	returned := false
	defer func() {
		if !returned {
			p.took = d
			p.end(ctx, key, read, unclassified{err})
		}
	}()
	s := c.failed(ctx, err)
	returned = true
	return s
}

// report does for the operations that deserve it what the metrics do for all: it
// tells the sinks.
func (p *op) report(ctx context.Context, s record.Slot, d time.Duration, read int, key []byte, err error) {
	o := p.observer
	e := report{
		kind: p.kind, counted: p.stripe.Op, operation: o.rec.Infos[p.kind].Name, slot: s, duration: d, slow: d >= o.slow[p.kind],
		sent: p.sent, read: read, items: p.items, key: key, err: err, traced: p.traced,
	}
	if s.Failed() {
		e.failure = o.classifier.names[s.Failure()]
	}
	o.sinks.take(ctx, e)
}
