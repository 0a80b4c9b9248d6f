package instrument

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// A meterRecord reports the operations of a store through the instruments of a
// MeterProvider, where Views and limits of the SDK apply: the way for who has no
// reader in reach. It costs a recording for each metric and operation.
type meterRecord struct {
	meter metric.Meter
	infos []operationInfo
	*series
	admitted *admission

	duration, latency         metric.Float64Histogram // latency may be nil
	requests, errors          metric.Int64Counter
	read, written, items      metric.Int64Counter
	requestSize, responseSize metric.Int64Histogram // nil without WithSizes
	inFlight                  boundUpDown
	ops                       []meterOp
	mu                        sync.Mutex
	callbacks                 []metric.Registration // guarded by mu
	closed                    bool                  // guarded by mu
}

// A meterOp has the instruments of an operation, bound to its attributes.
type meterOp struct {
	latency                   boundHistogram[float64]
	read, written, items      boundCounter
	requestSize, responseSize boundHistogram[int64]
	slots                     []atomic.Pointer[meterSlot]
}

// A meterSlot has those of an operation with one outcome.
type meterSlot struct {
	duration boundHistogram[float64]
	requests boundCounter
	errors   boundCounter // of an error
}

func newMeterRecord(mp metric.MeterProvider, r *record, c *config) (*meterRecord, error) {
	m := &meterRecord{meter: mp.Meter(scopeName), infos: r.infos, series: r.series, admitted: r.ledger.admitted}
	if err := m.instruments(c); err != nil {
		return nil, err
	}
	m.ops = make([]meterOp, len(m.infos))
	for op := range m.infos {
		if !m.infos[op].absent {
			m.bind(operation(op))
		}
	}
	if r.logged {
		return m, m.observeSuppressed(r)
	}
	return m, nil
}

func (m *meterRecord) instruments(c *config) error {
	var errs [9]error
	m.duration, errs[0] = m.histogram(durationMetric, durationBounds)
	if !c.noCompat {
		m.latency, errs[1] = m.histogram(latencyMetric, latencyBounds)
	}
	m.requests, errs[2] = m.counter(requestsMetric)
	m.errors, errs[3] = m.counter(errorsMetric)
	m.read, errs[4] = m.counter(readMetric)
	m.written, errs[5] = m.counter(writtenMetric)
	m.items, errs[6] = m.counter(itemsMetric)
	errs[7] = m.bindInFlight()
	if c.sizes {
		errs[8] = m.sizes()
	}
	return errors.Join(errs[:]...)
}

// bindInFlight makes the counter that every operation of the store shares.
func (m *meterRecord) bindInFlight() error {
	c, err := m.meter.Int64UpDownCounter(inFlightMetric.name,
		metric.WithUnit(inFlightMetric.unit), metric.WithDescription(inFlightMetric.description))
	if err != nil {
		return err
	}
	m.inFlight = bindUpDown(c, m.set(m.infos, seriesKey{label: labelStore}))
	m.inFlight.add(context.Background(), 0)
	return nil
}

func (m *meterRecord) counter(d definition) (metric.Int64Counter, error) {
	return m.meter.Int64Counter(d.name, metric.WithUnit(d.unit), metric.WithDescription(d.description))
}

func (m *meterRecord) histogram(d definition, bounds []float64) (metric.Float64Histogram, error) {
	return m.meter.Float64Histogram(d.name, metric.WithUnit(d.unit), metric.WithDescription(d.description),
		metric.WithExplicitBucketBoundaries(bounds...))
}

func (m *meterRecord) sizes() error {
	var errs [2]error
	m.requestSize, errs[0] = m.sizeHistogram(requestSizeMetric)
	m.responseSize, errs[1] = m.sizeHistogram(responseSizeMetric)
	return errors.Join(errs[:]...)
}

func (m *meterRecord) sizeHistogram(d definition) (metric.Int64Histogram, error) {
	return m.meter.Int64Histogram(d.name, metric.WithUnit(d.unit), metric.WithDescription(d.description),
		metric.WithExplicitBucketBoundaries(sizeBounds()...))
}

// bind prepares an operation, and makes the counters visible at zero.
func (m *meterRecord) bind(op operation) {
	o, info := &m.ops[op], &m.infos[op]
	set := m.set(m.infos, seriesKey{op: op})
	ctx := context.Background()
	o.read, o.written = bindCounter(m.read, set), bindCounter(m.written, set)
	o.read.add(ctx, 0)
	o.written.add(ctx, 0)
	if m.latency != nil {
		o.latency = bindHistogram[float64](m.latency, set)
	}
	o.items = bindCounter(m.items, set)
	if info.batch {
		o.items.add(ctx, 0)
	}
	if m.requestSize != nil && info.sends {
		o.requestSize = bindHistogram[int64](m.requestSize, set)
	}
	if m.responseSize != nil && info.delivers {
		o.responseSize = bindHistogram[int64](m.responseSize, set)
	}
	o.slots = make([]atomic.Pointer[meterSlot], int(firstFailureSlot)+len(m.failures))
	for _, outcome := range info.outcomes {
		bindCounter(m.requests, m.set(m.infos, seriesKey{op: op, label: labelOutcome, value: uint8(outcome)})).add(ctx, 0)
	}
	for _, f := range info.failures {
		bindCounter(m.errors, m.set(m.infos, seriesKey{op: op, label: labelFailure, value: uint8(f)})).add(ctx, 0)
	}
}

// slot returns the instruments of an operation with an outcome.
func (m *meterRecord) slot(op operation, s slot) *meterSlot {
	at := &m.ops[op].slots[s]
	if b := at.Load(); b != nil {
		return b
	}
	b := &meterSlot{requests: bindCounter(m.requests,
		m.set(m.infos, seriesKey{op: op, label: labelOutcome, value: uint8(s.outcome())}))}
	duration := seriesKey{op: op}
	if s.failed() {
		duration = seriesKey{op: op, label: labelFailure, value: uint8(s.failure())}
		if !m.admitted.admit(op, s.failure()) {
			duration.value = uint8(failureOther)
		}
	}
	b.duration = bindHistogram[float64](m.duration, m.set(m.infos, duration))
	if s.outcome() == outcomeError {
		b.errors = bindCounter(m.errors, m.set(m.infos, seriesKey{op: op, label: labelFailure, value: uint8(s.failure())}))
	}
	at.CompareAndSwap(nil, b)
	return at.Load()
}

func (m *meterRecord) begin(ctx context.Context, op operation, sent int) {
	m.inFlight.add(ctx, 1)
	m.send(ctx, op, sent)
}

func (m *meterRecord) send(ctx context.Context, op operation, sent int) {
	if sent > 0 {
		m.ops[op].written.add(ctx, int64(sent))
	}
}

// end records an operation. The context has the operation's own span in it, for
// the exemplar.
func (m *meterRecord) end(ctx context.Context, p *op, s slot, d time.Duration, read int) {
	o, b := &m.ops[p.kind], m.slot(p.kind, s)
	b.duration.record(ctx, d.Seconds())
	b.requests.add(ctx, 1)
	b.errors.add(ctx, 1)
	o.latency.record(ctx, d.Seconds())
	if read > 0 {
		o.read.add(ctx, int64(read))
	}
	if p.items > 0 {
		o.items.add(ctx, int64(p.items))
	}
	o.requestSize.record(ctx, int64(p.sent))
	o.responseSize.record(ctx, int64(read))
	m.inFlight.add(ctx, -1)
}

// A boundCounter is a counter with its attributes; the zero value counts
// nothing. Instruments that can be bound to attributes once and for all are, as
// go.opentelemetry.io/otel/metric/x has it; no SDK offers that yet.
type boundCounter struct {
	metric.Int64Counter
	with []metric.AddOption
}

func (b boundCounter) add(ctx context.Context, n int64) {
	if b.Int64Counter != nil {
		b.Add(ctx, n, b.with...)
	}
}

func bindCounter(c metric.Int64Counter, set attribute.Set) boundCounter {
	if b, ok := c.(interface {
		Bind(attrs ...attribute.KeyValue) metric.Int64Counter
	}); ok {
		return boundCounter{b.Bind(set.ToSlice()...), nil}
	}
	return boundCounter{c, []metric.AddOption{metric.WithAttributeSet(set)}}
}

type boundUpDown struct {
	metric.Int64UpDownCounter
	with []metric.AddOption
}

func (b boundUpDown) add(ctx context.Context, n int64) { b.Add(ctx, n, b.with...) }

func bindUpDown(c metric.Int64UpDownCounter, set attribute.Set) boundUpDown {
	if b, ok := c.(interface {
		Bind(attrs ...attribute.KeyValue) metric.Int64UpDownCounter
	}); ok {
		return boundUpDown{b.Bind(set.ToSlice()...), nil}
	}
	return boundUpDown{c, []metric.AddOption{metric.WithAttributeSet(set)}}
}

// A histogramOf is one of the API's, by what it records.
type histogramOf[N int64 | float64] interface {
	Record(ctx context.Context, value N, options ...metric.RecordOption)
}

type boundHistogram[N int64 | float64] struct {
	histogramOf[N]
	with []metric.RecordOption
}

func (b boundHistogram[N]) record(ctx context.Context, value N) {
	if b.histogramOf != nil {
		b.Record(ctx, value, b.with...)
	}
}

func bindHistogram[N int64 | float64](h histogramOf[N], set attribute.Set) boundHistogram[N] {
	switch b := any(h).(type) {
	case interface {
		Bind(attrs ...attribute.KeyValue) metric.Float64Histogram
	}:
		if bound, ok := any(b.Bind(set.ToSlice()...)).(histogramOf[N]); ok {
			return boundHistogram[N]{bound, nil}
		}
	case interface {
		Bind(attrs ...attribute.KeyValue) metric.Int64Histogram
	}:
		if bound, ok := any(b.Bind(set.ToSlice()...)).(histogramOf[N]); ok {
			return boundHistogram[N]{bound, nil}
		}
	}
	return boundHistogram[N]{h, []metric.RecordOption{metric.WithAttributeSet(set)}}
}
