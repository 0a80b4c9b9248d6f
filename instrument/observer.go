package instrument

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/kvdb"
)

// An observer watches the operations of one store: it counts them, traces them
// and logs those that deserve a line. Everything that depends on the options
// alone is worked out when it is made.
type observer struct {
	registry   *Registry
	rec        *record
	histograms *meterHistograms // nil but for a MeterProvider
	classifier classifier
	filter     func(ctx context.Context, operation string) bool // nil without an option
	labels     []labels                                         // by operation
	spans      spanner
	slow       []time.Duration // by operation
	onSlow     func(context.Context, SlowOperation) string
	log        *operationLog // nil without a logger
}

// newObserver makes an observer of the given operations, with options that have
// been validated, and registers what it records.
func newObserver(info kvdb.Info, infos []operationInfo, c *config) (*observer, error) {
	classifier := newClassifier(c.classify, c.errorTypes)
	classifier.notFound = c.notFound
	namespace := c.namespace
	if namespace == "" {
		namespace = info.Namespace
	}
	series := newSeries(info, namespace, classifier.names, c.attributes)
	slow := slowThresholds(infos)
	for _, t := range c.thresholds {
		t.set(slow, infos)
	}
	registry := c.registry
	if registry == nil {
		var err error
		if registry, err = registryOf(c.meterProvider); err != nil {
			return nil, fmt.Errorf("instrument: %w", err)
		}
	}
	o := &observer{
		registry:   registry,
		rec:        newRecord(registry.layout, infos, series, c),
		classifier: classifier,
		filter:     c.filter,
		labels:     newLabels(infos, series),
		spans:      newSpanner(c.tracerProvider.Tracer(scopeName), c.spans, infos, series, info.Remote),
		slow:       slow,
		onSlow:     c.onSlow,
	}
	o.log = newOperationLog(c, o.rec)
	if registry.meter == nil {
		_, err := registry.register(o.rec)
		return o, err
	}
	return o, o.reportTo(registry.meter)
}

// reportTo registers what the observer records with a MeterProvider.
func (o *observer) reportTo(m *meter) error {
	if err := m.register(o.rec); err != nil {
		return err
	}
	var err error
	if o.histograms, err = newMeterHistograms(m, o.rec); err == nil {
		err = errors.Join(m.observe(o.rec.ledger), m.observeEngine(o.rec.ledger))
	}
	if err != nil {
		o.close()
		return fmt.Errorf("instrument: %w", err)
	}
	return nil
}

// close takes back what the observer registered.
func (o *observer) close() { o.registry.unregister(o.rec) }

// base is what the clock is read against: the difference of two monotonic
// readings is half the price of time.Now.
var base = time.Now()

// An op is one operation under way. It lives on the stack of its method and is
// kept small, since every operation pays for it.
type op struct {
	observer *observer     // nil when the operation is filtered out
	start    time.Duration // since base
	took     time.Duration // when somebody else has timed it; else zero
	stripe   *stripe
	kind     operation
	sent     int     // bytes of keys and values
	items    int     // of a batch
	traced   *traced // nil without a span
	labels   *labels // nil while nobody profiles
}

// begin starts the telemetry of an operation that sends so many bytes of keys
// and values. It returns the context to run it with, and the error that it has
// until it returns one.
func (p *op) begin(ctx context.Context, o *observer, kind operation, sent int) (context.Context, error) {
	if o.filter != nil && !ask(ctx, o.filter, o.rec.infos[kind].name) {
		return ctx, errUnfinished
	}
	p.observer, p.kind, p.sent = o, kind, sent
	// Filters, samplers and processors of spans may panic or end the goroutine:
	// what counts the operation comes after them.
	parent := trace.SpanFromContext(ctx)
	traced := o.spans.wants(parent)
	if traced {
		ctx = p.startSpan(ctx, parent)
	}
	if profilers.Load() > 0 {
		p.labels = o.labels[kind].below(ctx)
		p.labels.put()
	}
	p.stripe = o.rec.stripe(kind)
	p.stripe.begin(sent)
	if !traced {
		p.start = time.Since(base)
	}
	return ctx, errUnfinished
}

// ask calls a filter of the user. Without one, and when it panics, the operation
// is kept.
func ask(ctx context.Context, keep func(context.Context, string) bool, operation string) (kept bool) {
	if keep == nil {
		return true
	}
	defer func() {
		if recover() != nil {
			kept = true
		}
	}()
	return keep(ctx, operation)
}

// beginBatch is begin for a batch of items.
func (p *op) beginBatch(ctx context.Context, o *observer, kind operation, sent, items int) (context.Context, error) {
	p.items = items
	ctx, err := p.begin(ctx, o, kind, sent)
	if p.observer != nil && items > 0 {
		p.stripe.items.Add(uint64(items))
	}
	return ctx, err
}

// send counts bytes that the operation turned out to send.
func (p *op) send(sent int) {
	if p.observer != nil && sent > 0 {
		p.sent += sent
		p.stripe.send(sent)
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
		d = time.Since(base) - p.start
	}
	p.labels.takeOff(ctx)
	s := slotOK
	if err != nil {
		s = p.classify(ctx, key, read, err, d)
	}
	o.rec.end(p.stripe, p.kind, s, d, p.sent, read)
	if o.histograms != nil {
		o.histograms.record(ctx, p.kind, s, d, p.sent, read)
	}
	if p.traced != nil || s > slotMiss || d >= o.slow[p.kind] || o.log.successes() {
		p.report(ctx, event{op: *p, slot: s, duration: d, read: read, key: key, err: err})
	}
}

// classify finds the slot of an error. An error's own methods and the user's
// classifier may end the goroutine, as a test that fails inside of one does: the
// operation then ends here.
func (p *op) classify(ctx context.Context, key []byte, read int, err error, d time.Duration) slot {
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
	s := c.failed(err)
	returned = true
	return s
}

// report does for the operations that deserve it what the metrics do for all:
// first the hook, then the span, then the line, so that each can name the one
// before.
func (p *op) report(ctx context.Context, e event) {
	o := p.observer
	e.slow = e.duration >= o.slow[p.kind]
	if e.slow && o.onSlow != nil {
		e.evidence = o.askEvidence(ctx, e)
	}
	span := p.endSpan(ctx, e)
	if span.IsSampled() {
		o.rec.exemplify(p.kind, e.slot, e.duration, exemplar{
			at: p.traced.start.Add(e.duration), trace: span.TraceID(), span: span.SpanID(),
		})
	}
	if o.log != nil {
		if !span.IsValid() {
			span = trace.SpanContextFromContext(ctx)
		}
		o.log.write(ctx, span, e)
	}
}

// An event is an operation that ended, with all that span and line say of it.
type event struct {
	op
	slot     slot
	duration time.Duration
	slow     bool
	evidence string
	read     int    // bytes delivered
	key      []byte // nil where there is not one
	err      error
}

// failureName returns the event's error.type, empty when it did not fail.
func (e *event) failureName() string {
	if !e.slot.failed() {
		return ""
	}
	return e.observer.classifier.names[e.slot.failure()]
}

func (e *event) operationName() string { return e.observer.rec.infos[e.kind].name }
