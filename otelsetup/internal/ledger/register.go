package ledger

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Signal says what the records of a ledger are, by the names that the semantic
// conventions have for them.
type Signal struct {
	processor string // its otel.component.type

	exported, inflight             catalog.Metric
	processed, queueSize, queueCap catalog.Metric
}

// The signals. Data points have no processor, and so no queue.
var (
	Spans = Signal{
		"batching_span_processor", catalog.SpanExported, catalog.SpanInflight,
		catalog.SpanProcessed, catalog.SpanQueueSize, catalog.SpanQueueCapacity,
	}
	LogRecords = Signal{
		"batching_log_processor", catalog.LogRecordExported, catalog.LogRecordInflight,
		catalog.LogRecordProcessed, catalog.LogRecordQueueSize, catalog.LogRecordQueueCapacity,
	}
	DataPoints = Signal{exported: catalog.DataPointExported, inflight: catalog.DataPointInflight}
)

// Register makes a ledger visible under the metrics that the semantic
// conventions define for an SDK (otel.sdk.*). The exporter is the
// otel.component.type of the exporter, for example otlp_http_span_exporter;
// number tells several of one type apart. The metrics cannot be taken back, they
// end with their provider.
func Register(meter metric.Meter, s Signal, exporter string, number int, l *Ledger) error {
	r := registration{meter: meter, ledger: l}
	r.exporter(s, exporter, number)
	if s.processor != "" {
		r.processor(s, number)
	}
	if r.err != nil {
		return r.err
	}
	_, err := meter.RegisterCallback(r.observe, r.instruments...)
	return err
}

type registration struct {
	meter       metric.Meter
	ledger      *Ledger
	instruments []metric.Observable
	readings    []func(metric.Observer)
	err         error
}

func (r *registration) observe(_ context.Context, o metric.Observer) error {
	for _, read := range r.readings {
		read(o)
	}
	return nil
}

// component names one part of the SDK.
func component(kind string, number int) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String(catalog.ComponentType, kind),
		attribute.String(catalog.ComponentName, fmt.Sprintf("%s/%d", kind, number)),
	}
}

func failedWith(attrs []attribute.KeyValue, errorType string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(append(attrs[:len(attrs):len(attrs)], attribute.String(catalog.ErrorType, errorType))...))
}

func (r *registration) exporter(s Signal, kind string, number int) {
	l, attrs := r.ledger, component(kind, number)
	all := metric.WithAttributeSet(attribute.NewSet(attrs...))
	exported := r.counter(s.exported)
	mended := r.counter(catalog.ExportMended)
	inflight := r.gauge(s.inflight)
	var failed [failureCount]metric.MeasurementOption
	for f := range failed {
		failed[f] = failedWith(attrs, failureNames[f])
	}
	r.readings = append(r.readings, func(o metric.Observer) {
		o.ObserveInt64(exported, int64(l.delivered.Load()), all)
		for f, with := range failed {
			o.ObserveInt64(exported, int64(l.failed[f].Load()), with)
		}
		o.ObserveInt64(mended, int64(l.Mended()), all)
		o.ObserveInt64(inflight, l.inflight.Load(), all)
	})
}

func (r *registration) processor(s Signal, number int) {
	l, attrs := r.ledger, component(s.processor, number)
	all := metric.WithAttributeSet(attribute.NewSet(attrs...))
	full, late := failedWith(attrs, "queue_full"), failedWith(attrs, "already_shutdown")
	processed := r.counter(s.processed)
	size := r.gauge(s.queueSize)
	capacity := r.gauge(s.queueCap)
	r.readings = append(r.readings, func(o metric.Observer) {
		c := l.Counts()
		o.ObserveInt64(processed, int64(c.Delivered+c.Failed), all)
		o.ObserveInt64(processed, int64(l.full.Load()), full)
		o.ObserveInt64(processed, int64(l.late.Load()), late)
		o.ObserveInt64(size, int64(c.Pending), all)
		o.ObserveInt64(capacity, l.queue, all)
	})
}

func (r *registration) counter(m catalog.Metric) metric.Int64Observable {
	c, err := r.meter.Int64ObservableCounter(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Help))
	return r.keep(c, err)
}

func (r *registration) gauge(m catalog.Metric) metric.Int64Observable {
	c, err := r.meter.Int64ObservableUpDownCounter(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Help))
	return r.keep(c, err)
}

func (r *registration) keep(i metric.Int64Observable, err error) metric.Int64Observable {
	if err != nil && r.err == nil {
		r.err = err
	}
	r.instruments = append(r.instruments, i)
	return i
}
