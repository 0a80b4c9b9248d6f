package instrument_test

import (
	"context"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// Instruments that offer to be bound are bound, and then get no attributes with
// a recording.
func TestMeterBinds(t *testing.T) {
	mp := &bindingProvider{counts: make(map[string]map[attribute.Set]float64)}
	s := wrap(t, kvdb.NewMemory(nil), instrument.WithMeterProvider(mp), instrument.WithSizes())
	if err := s.Put(t.Context(), []byte("key"), []byte("value")); err != nil {
		t.Fatal(err)
	}
	store := []attribute.KeyValue{attribute.String("db.system.name", "memory"), attribute.String("db.namespace", "memory")}
	put := slices.Concat(store, []attribute.KeyValue{attribute.String("db.operation.name", "put")})
	for _, want := range []struct {
		name  string
		attrs []attribute.KeyValue
		value float64
	}{
		{"kvdb.requests", slices.Concat(put, []attribute.KeyValue{attribute.String("kvdb.outcome", "ok")}), 1},
		{"kvdb.bytes.written", put, 8},
		{"kvdb.request.size", put, 8},
		{"kvdb.in_flight", store, 0},
	} {
		got, bound := mp.counts[want.name][attribute.NewSet(want.attrs...)]
		if !bound || got != want.value {
			t.Errorf("%s with %v is %v (bound: %t), want %v", want.name, want.attrs, got, bound, want.value)
		}
	}
	if n := len(mp.counts["db.client.operation.duration"]); n != 1 {
		t.Errorf("the duration is bound to %d sets, want 1", n)
	}
	if mp.unbound > 0 {
		t.Errorf("%d recordings carried attributes", mp.unbound)
	}
}

// A bindingProvider's instruments can be bound, and add up what they get.
type bindingProvider struct {
	noop.MeterProvider
	counts  map[string]map[attribute.Set]float64
	unbound int
}

func (p *bindingProvider) Meter(string, ...metric.MeterOption) metric.Meter {
	return bindingMeter{provider: p}
}

// A binding is an instrument with its attributes.
type binding struct {
	provider *bindingProvider
	name     string
	set      attribute.Set
}

func (b binding) bind(attrs []attribute.KeyValue) binding {
	b.set = attribute.NewSet(attrs...)
	return b
}

func (b binding) record(value float64, attributes int) {
	if b.provider.counts[b.name] == nil {
		b.provider.counts[b.name] = make(map[attribute.Set]float64)
	}
	b.provider.counts[b.name][b.set] += value
	b.provider.unbound += attributes
}

type bindingMeter struct {
	noop.Meter
	provider *bindingProvider
}

func (m bindingMeter) Int64Counter(name string, _ ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return bindingCounter{binding: binding{provider: m.provider, name: name}}, nil
}

func (m bindingMeter) Int64UpDownCounter(name string, _ ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	return bindingUpDown{binding: binding{provider: m.provider, name: name}}, nil
}

func (m bindingMeter) Int64Histogram(name string, _ ...metric.Int64HistogramOption) (metric.Int64Histogram, error) {
	return bindingInts{binding: binding{provider: m.provider, name: name}}, nil
}

func (m bindingMeter) Float64Histogram(name string, _ ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return bindingFloats{binding: binding{provider: m.provider, name: name}}, nil
}

type bindingCounter struct {
	noop.Int64Counter
	binding
}

func (c bindingCounter) Bind(attrs ...attribute.KeyValue) metric.Int64Counter {
	return bindingCounter{binding: c.bind(attrs)}
}

func (c bindingCounter) Add(_ context.Context, n int64, options ...metric.AddOption) {
	c.record(float64(n), len(options))
}

type bindingUpDown struct {
	noop.Int64UpDownCounter
	binding
}

func (c bindingUpDown) Bind(attrs ...attribute.KeyValue) metric.Int64UpDownCounter {
	return bindingUpDown{binding: c.bind(attrs)}
}

func (c bindingUpDown) Add(_ context.Context, n int64, options ...metric.AddOption) {
	c.record(float64(n), len(options))
}

type bindingInts struct {
	noop.Int64Histogram
	binding
}

func (h bindingInts) Bind(attrs ...attribute.KeyValue) metric.Int64Histogram {
	return bindingInts{binding: h.bind(attrs)}
}

func (h bindingInts) Record(_ context.Context, n int64, options ...metric.RecordOption) {
	h.record(float64(n), len(options))
}

type bindingFloats struct {
	noop.Float64Histogram
	binding
}

func (h bindingFloats) Bind(attrs ...attribute.KeyValue) metric.Float64Histogram {
	return bindingFloats{binding: h.bind(attrs)}
}

func (h bindingFloats) Record(_ context.Context, n float64, options ...metric.RecordOption) {
	h.record(n, len(options))
}
