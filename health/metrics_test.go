package health

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/internal/testutil"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := sdkmetric.NewManualReader()
		h := start(t, WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))), WithChecks(
			newSubject(func(context.Context) error {
				time.Sleep(100 * time.Millisecond)
				return errors.New("no")
			}).check("database").Every(time.Minute),
			newSubject(hangs(t)).check("disk"),
		))
		if _, err := h.Heartbeat("loop", time.Minute); err != nil {
			t.Fatal(err)
		}
		collect := func() string {
			var got metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, s := range testutil.Flatten(got.ScopeMetrics) {
				if !strings.HasPrefix(s.Name, "health.check.status") || s.Value != 0 {
					b.WriteString(s.String() + "\n")
				}
			}
			return b.String()
		}
		wait(500 * time.Millisecond)
		const want = `health.check.status{health.check.kind="liveness",health.check.name="loop",health.state="pass"} 1
health.check.status{health.check.kind="liveness",health.check.name="scheduler",health.state="pass"} 1
health.check.status{health.check.kind="readiness",health.check.name="database",health.state="fail"} 1
health.check.status{health.check.kind="readiness",health.check.name="disk",health.state="unknown"} 1
health.check.duration{health.check.kind="readiness",health.check.name="database"} 0.1
health.check.age{health.check.kind="liveness",health.check.name="loop"} 0.5
health.check.age{health.check.kind="liveness",health.check.name="scheduler"} 0
health.check.age{health.check.kind="readiness",health.check.name="database"} 0.4
health.ready{health.probe="liveness"} 1
health.ready{health.probe="readiness"} 0
health.ready{health.probe="startup"} 1
health.log.dropped{} 0
`
		if got := collect(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		_ = h.Close()
		if got := collect(); got != "" {
			t.Errorf("after Close\n%s", got)
		}
	})
}

// brokenProvider makes meters that refuse everything.
type brokenProvider struct {
	noop.MeterProvider
	register error
}

func (p brokenProvider) Meter(string, ...metric.MeterOption) metric.Meter { return brokenMeter{p: p} }

type brokenMeter struct {
	noop.Meter
	p brokenProvider
}

var errBroken = errors.New("broken")

func (m brokenMeter) Int64ObservableGauge(name string, o ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	g, err := m.Meter.Int64ObservableGauge(name, o...)
	if m.p.register == nil {
		err = errBroken
	}
	return g, err
}

func (m brokenMeter) RegisterCallback(metric.Callback, ...metric.Observable) (metric.Registration, error) {
	return nil, m.p.register
}

func TestBrokenMeterProvider(t *testing.T) {
	for _, p := range []brokenProvider{{}, {register: errBroken}} {
		if _, err := New(WithMeterProvider(p), WithChecks(newSubject(passes).check("a"))); !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
	}
}

// TestReadyWhileDraining: the end of a program begins on a metric.
func TestReadyWhileDraining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := sdkmetric.NewManualReader()
		h := start(t, WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
		ready := func() (values map[string]float64) {
			var got metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			values = make(map[string]float64)
			for _, s := range testutil.Flatten(got.ScopeMetrics).Find("health.ready") {
				values[s.Attributes["health.probe"]] = s.Value
			}
			return values
		}
		wait(time.Second)
		if got := ready(); got["readiness"] != 1 || got["liveness"] != 1 || got["startup"] != 1 {
			t.Errorf("before the drain: %v, want 1 of each", got)
		}
		if err := h.Drain(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if got := ready(); got["readiness"] != 0 || got["liveness"] != 1 {
			t.Errorf("while it drains: %v, want no readiness and liveness", got)
		}
	})
}
