package instrument

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/kvdb"
)

// observe registers what is read in the background: the statistics and the lag
// that the record r has last.
func (m *meterRecord) observe(r *record, v views) error {
	var errs []error
	if v.statsReader != nil {
		errs = append(errs, m.observeStats(r))
	}
	if v.lagger != nil {
		errs = append(errs, m.observeLag(r))
	}
	return errors.Join(errs...)
}

func (m *meterRecord) gauge(d definition) (metric.Float64ObservableGauge, error) {
	return m.meter.Float64ObservableGauge(d.name, metric.WithUnit(d.unit), metric.WithDescription(d.description))
}

// register keeps a callback until the store is closed.
func (m *meterRecord) register(callback metric.Callback, instruments ...metric.Observable) error {
	registration, err := m.meter.RegisterCallback(callback, instruments...)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return registration.Unregister()
	}
	m.callbacks = append(m.callbacks, registration)
	return nil
}

// close takes the callbacks back. What was counted stays with the provider.
func (m *meterRecord) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	var errs []error
	for _, c := range m.callbacks {
		errs = append(errs, c.Unregister())
	}
	m.callbacks = nil
	return errors.Join(errs...)
}

func (m *meterRecord) observeSuppressed(r *record) error {
	d := suppressedMetric
	lines, err := m.meter.Int64ObservableCounter(d.name, metric.WithUnit(d.unit), metric.WithDescription(d.description))
	if err != nil {
		return err
	}
	of := metric.WithAttributeSet(m.set(m.infos, seriesKey{label: labelStore}))
	return m.register(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(lines, int64(r.suppressed.Load()), of)
		return nil
	}, lines)
}

func (m *meterRecord) observeStats(r *record) error {
	age, err := m.gauge(statsAgeMetric)
	if err != nil {
		return err
	}
	disk, err := m.gauge(utilizationMetric)
	if err != nil {
		return err
	}
	ageOf := metric.WithAttributeSet(m.set(m.infos, seriesKey{label: labelStore}))
	diskOf := metric.WithAttributeSet(m.set(m.infos, seriesKey{label: labelResource, further: "disk"}))
	return m.register(func(_ context.Context, o metric.Observer) error {
		now := snapshot{at: time.Now(), stats: r.stats.Load()}
		o.ObserveFloat64(age, now.statsAge(r.ledger.start).Seconds(), ageOf)
		if s, ok := now.stat(DiskUtilizationStat); ok {
			o.ObserveFloat64(disk, s.Value, diskOf)
		}
		return nil
	}, age, disk)
}

func (m *meterRecord) observeLag(r *record) error {
	lag, err := m.gauge(lagMetric)
	if err != nil {
		return err
	}
	connected, err := m.gauge(connectedMetric)
	if err != nil {
		return err
	}
	return m.register(func(_ context.Context, o metric.Observer) error {
		reading := r.lag.Load()
		if !fresh(reading.at, time.Now()) {
			return nil
		}
		for name, d := range reading.lag {
			of := metric.WithAttributeSet(m.set(m.infos, seriesKey{label: labelReplica, further: clean(name)}))
			if d == nil {
				o.ObserveFloat64(connected, 0, of)
				continue
			}
			o.ObserveFloat64(connected, 1, of)
			o.ObserveFloat64(lag, d.Seconds(), of)
		}
		return nil
	}, lag, connected)
}

// observeEngine registers the statistics that the engine brings, once their
// names are known. What cannot be registered is left out, and the error goes to
// the handler of OpenTelemetry, since nobody waits for it.
func (m *meterRecord) observeEngine(r *record, stats []kvdb.Stat) {
	of := metric.WithAttributeSet(m.set(m.infos, seriesKey{label: labelStore}))
	for _, s := range stats {
		if !strings.HasPrefix(s.Name, engineStatPrefix) {
			continue
		}
		instrument, err := m.engineInstrument(s)
		if err != nil {
			otel.Handle(err)
			continue
		}
		err = m.register(func(_ context.Context, o metric.Observer) error {
			now := snapshot{at: time.Now(), stats: r.stats.Load()}
			if s, ok := now.stat(s.Name); ok {
				o.ObserveFloat64(instrument, s.Value, of)
			}
			return nil
		}, instrument)
		if err != nil {
			otel.Handle(err)
		}
	}
}

func (m *meterRecord) engineInstrument(s kvdb.Stat) (metric.Float64Observable, error) {
	if s.Counter {
		return m.meter.Float64ObservableCounter(s.Name, metric.WithUnit(s.Unit), metric.WithDescription(s.Help))
	}
	return m.meter.Float64ObservableGauge(s.Name, metric.WithUnit(s.Unit), metric.WithDescription(s.Help))
}
