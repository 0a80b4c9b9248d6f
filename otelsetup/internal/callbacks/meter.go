package callbacks

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
)

type meter struct {
	metric.Meter
	hung   *atomic.Int64
	report func(error)
}

func (m *meter) guard() *guard { return &guard{report: m.report, others: m.hung} }

// RegisterCallback implements metric.Meter.
func (m *meter) RegisterCallback(f metric.Callback, instruments ...metric.Observable) (metric.Registration, error) {
	g := m.guard()
	return m.Meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		return g.run(ctx, func(ctx context.Context, all *observations) error { return f(ctx, observer{o, all}) })
	}, instruments...)
}

// Int64ObservableCounter implements metric.Meter.
func (m *meter) Int64ObservableCounter(name string, opts ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	return m.Meter.Int64ObservableCounter(name, each(opts, func(o metric.Int64ObservableCounterOption) []metric.Int64Callback {
		return metric.NewInt64ObservableCounterConfig(o).Callbacks()
	}, func(f metric.Int64Callback) metric.Int64ObservableCounterOption { return m.int64(f) })...)
}

// Int64ObservableUpDownCounter implements metric.Meter.
func (m *meter) Int64ObservableUpDownCounter(name string, opts ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	return m.Meter.Int64ObservableUpDownCounter(name, each(opts, func(o metric.Int64ObservableUpDownCounterOption) []metric.Int64Callback {
		return metric.NewInt64ObservableUpDownCounterConfig(o).Callbacks()
	}, func(f metric.Int64Callback) metric.Int64ObservableUpDownCounterOption { return m.int64(f) })...)
}

// Int64ObservableGauge implements metric.Meter.
func (m *meter) Int64ObservableGauge(name string, opts ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	return m.Meter.Int64ObservableGauge(name, each(opts, func(o metric.Int64ObservableGaugeOption) []metric.Int64Callback {
		return metric.NewInt64ObservableGaugeConfig(o).Callbacks()
	}, func(f metric.Int64Callback) metric.Int64ObservableGaugeOption { return m.int64(f) })...)
}

// Float64ObservableCounter implements metric.Meter.
func (m *meter) Float64ObservableCounter(name string, opts ...metric.Float64ObservableCounterOption) (metric.Float64ObservableCounter, error) {
	return m.Meter.Float64ObservableCounter(name, each(opts, func(o metric.Float64ObservableCounterOption) []metric.Float64Callback {
		return metric.NewFloat64ObservableCounterConfig(o).Callbacks()
	}, func(f metric.Float64Callback) metric.Float64ObservableCounterOption { return m.float64(f) })...)
}

// Float64ObservableUpDownCounter implements metric.Meter.
func (m *meter) Float64ObservableUpDownCounter(name string, opts ...metric.Float64ObservableUpDownCounterOption) (metric.Float64ObservableUpDownCounter, error) {
	return m.Meter.Float64ObservableUpDownCounter(name, each(opts, func(o metric.Float64ObservableUpDownCounterOption) []metric.Float64Callback {
		return metric.NewFloat64ObservableUpDownCounterConfig(o).Callbacks()
	}, func(f metric.Float64Callback) metric.Float64ObservableUpDownCounterOption { return m.float64(f) })...)
}

// Float64ObservableGauge implements metric.Meter.
func (m *meter) Float64ObservableGauge(name string, opts ...metric.Float64ObservableGaugeOption) (metric.Float64ObservableGauge, error) {
	return m.Meter.Float64ObservableGauge(name, each(opts, func(o metric.Float64ObservableGaugeOption) []metric.Float64Callback {
		return metric.NewFloat64ObservableGaugeConfig(o).Callbacks()
	}, func(f metric.Float64Callback) metric.Float64ObservableGaugeOption { return m.float64(f) })...)
}

func (m *meter) int64(f metric.Int64Callback) metric.Int64ObservableOption {
	g := m.guard()
	return metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
		return g.run(ctx, func(ctx context.Context, all *observations) error { return f(ctx, int64Observer{o, all}) })
	})
}

func (m *meter) float64(f metric.Float64Callback) metric.Float64ObservableOption {
	g := m.guard()
	return metric.WithFloat64Callback(func(ctx context.Context, o metric.Float64Observer) error {
		return g.run(ctx, func(ctx context.Context, all *observations) error { return f(ctx, float64Observer{o, all}) })
	})
}

// each replaces the options that are callbacks; other ones have no getter.
func each[O, F any](opts []O, of func(O) []F, guarded func(F) O) []O {
	var all []O
	for _, o := range opts {
		callbacks := of(o)
		if len(callbacks) == 0 {
			all = append(all, o)
		}
		for _, f := range callbacks {
			all = append(all, guarded(f))
		}
	}
	return all
}
