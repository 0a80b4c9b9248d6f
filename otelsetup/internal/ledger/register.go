package ledger

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// A Signal says what the records of a ledger are, by the names that the semantic
// conventions have for them.
type Signal struct {
	item, unit, processor string
}

// The signals. Data points have no processor, and so no queue.
var (
	Spans      = Signal{"span", "{span}", "batching_span_processor"}
	LogRecords = Signal{"log", "{log_record}", "batching_log_processor"}
	DataPoints = Signal{"metric_data_point", "{data_point}", ""}
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
		semconv.OTelComponentTypeKey.String(kind),
		semconv.OTelComponentName(fmt.Sprintf("%s/%d", kind, number)),
	}
}

func failedWith(attrs []attribute.KeyValue, errorType string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(append(attrs[:len(attrs):len(attrs)], semconv.ErrorTypeKey.String(errorType))...))
}

func (r *registration) exporter(s Signal, kind string, number int) {
	l, attrs := r.ledger, component(kind, number)
	all := metric.WithAttributeSet(attribute.NewSet(attrs...))
	exported := r.counter("otel.sdk.exporter."+s.item+".exported", s.unit, "Records for which an export has ended, with error.type those that it did not deliver")
	mended := r.counter("kvdb.export.mended", "{record}", "Records that were exported with U+FFFD in place of text that is not UTF-8")
	inflight := r.gauge("otel.sdk.exporter."+s.item+".inflight", s.unit, "Records of exports under way")
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
	processed := r.counter("otel.sdk.processor."+s.item+".processed", s.unit, "Records handed to the exporter, with error.type those dropped")
	size := r.gauge("otel.sdk.processor."+s.item+".queue.size", s.unit, "Records that wait for an export or are in one")
	capacity := r.gauge("otel.sdk.processor."+s.item+".queue.capacity", s.unit, "Records that there is room for")
	r.readings = append(r.readings, func(o metric.Observer) {
		c := l.Counts()
		o.ObserveInt64(processed, int64(c.Delivered+c.Failed), all)
		o.ObserveInt64(processed, int64(l.full.Load()), full)
		o.ObserveInt64(processed, int64(l.late.Load()), late)
		o.ObserveInt64(size, int64(c.Pending), all)
		o.ObserveInt64(capacity, l.queue, all)
	})
}

func (r *registration) counter(name, unit, description string) metric.Int64Observable {
	c, err := r.meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
	return r.keep(c, err)
}

func (r *registration) gauge(name, unit, description string) metric.Int64Observable {
	c, err := r.meter.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
	return r.keep(c, err)
}

func (r *registration) keep(i metric.Int64Observable, err error) metric.Int64Observable {
	if err != nil && r.err == nil {
		r.err = err
	}
	r.instruments = append(r.instruments, i)
	return i
}
