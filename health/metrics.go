package health

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

const (
	scope        = catalog.ScopeHealth
	checkNameKey = attribute.Key(catalog.CheckName)
	checkKindKey = attribute.Key(catalog.CheckKind)
	stateKey     = attribute.Key(catalog.CheckState)
	probeKey     = attribute.Key(catalog.Probe)
)

// observe makes the instruments. A collection reads what a probe reads.
func (h *Health) observe() error {
	meter := h.cfg.meterProvider.Meter(scope)
	status, err1 := meter.Int64ObservableGauge(catalog.HealthCheckStatus.Name,
		metric.WithUnit(catalog.HealthCheckStatus.Unit), metric.WithDescription(catalog.HealthCheckStatus.Help))
	duration, err2 := meter.Float64ObservableGauge(catalog.HealthCheckDuration.Name,
		metric.WithUnit(catalog.HealthCheckDuration.Unit), metric.WithDescription(catalog.HealthCheckDuration.Help))
	age, err3 := meter.Float64ObservableGauge(catalog.HealthCheckAge.Name,
		metric.WithUnit(catalog.HealthCheckAge.Unit), metric.WithDescription(catalog.HealthCheckAge.Help))
	ready, err4 := meter.Int64ObservableGauge(catalog.HealthReady.Name,
		metric.WithUnit(catalog.HealthReady.Unit), metric.WithDescription(catalog.HealthReady.Help))
	dropped, err5 := meter.Int64ObservableCounter(catalog.HealthLogDropped.Name,
		metric.WithUnit(catalog.HealthLogDropped.Unit), metric.WithDescription(catalog.HealthLogDropped.Help))
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return fmt.Errorf("health: %w", err)
	}
	registration, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		now := time.Now()
		o.ObserveInt64(dropped, h.log.Dropped())
		for _, probe := range [...]Kind{Liveness, Readiness, Startup} {
			var value int64
			if h.judge(probe, now).ok {
				value = 1
			}
			o.ObserveInt64(ready, value, metric.WithAttributes(probeKey.String(probe.String())))
		}
		for _, e := range *h.entries.Load() {
			s := e.state(now)
			name, kind := checkNameKey.String(s.Name), checkKindKey.String(s.Kind.String())
			for i, state := range statusNames {
				var value int64
				if s.Status == Status(i) {
					value = 1
				}
				o.ObserveInt64(status, value, metric.WithAttributes(name, kind, stateKey.String(state)))
			}
			if s.Ended.IsZero() {
				continue
			}
			o.ObserveFloat64(age, now.Sub(s.Ended).Seconds(), metric.WithAttributes(name, kind))
			if e.running != nil {
				o.ObserveFloat64(duration, s.Duration.Seconds(), metric.WithAttributes(name, kind))
			}
		}
		return nil
	}, status, duration, age, ready, dropped)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	h.meters = registration
	return nil
}
