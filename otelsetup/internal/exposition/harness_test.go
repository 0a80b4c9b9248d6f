package exposition

import (
	"context"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
)

// told is a report that remembers.
type told struct {
	drops  []Drop
	failed []error
}

func (r *told) Dropped(d Drop)   { r.drops = append(r.drops, d) }
func (r *told) Failed(err error) { r.failed = append(r.failed, err) }

// A harness is a Collector of a MeterProvider and a producer, in a registry that
// is as strict as they come.
type harness struct {
	*sdkmetric.MeterProvider
	t        testing.TB
	registry *prometheus.Registry
	report   told
}

func newHarness(t testing.TB, names *Names, native bool, producers ...sdkmetric.Producer) *harness {
	t.Helper()
	h := &harness{t: t, registry: prometheus.NewPedanticRegistry()}
	var opts []sdkmetric.ManualReaderOption
	for _, p := range producers {
		opts = append(opts, sdkmetric.WithProducer(p))
	}
	reader := sdkmetric.NewManualReader(opts...)
	h.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithView(names.View))
	c, err := New(Config{
		Source: func(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
			var all metricdata.ResourceMetrics
			err := reader.Collect(ctx, &all)
			return all.ScopeMetrics, err
		},
		Names: names, Resource: resource.NewSchemaless(attribute.String("service.name", "test")),
		Native: native, Report: &h.report,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.registry.MustRegister(c)
	return h
}

// gather returns the families by name. Nothing of a collection is an error of the
// registry, since a strict handler serves no page then.
func (h *harness) gather() map[string]*dto.MetricFamily {
	h.t.Helper()
	families, err := h.registry.Gather()
	if err != nil {
		h.t.Errorf("the registry refuses the page: %v", err)
	}
	found := make(map[string]*dto.MetricFamily)
	for _, f := range families {
		found[f.GetName()] = f
	}
	return found
}

// values returns the values of counters and gauges by their labels.
func values(f *dto.MetricFamily) map[string]float64 {
	found := make(map[string]float64)
	for _, m := range f.GetMetric() {
		var key string
		for _, l := range m.GetLabel() {
			key += fmt.Sprintf("%s=%s ", l.GetName(), l.GetValue())
		}
		found[key] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return found
}

// fixed is a producer of one metric, of a scope of this project.
type fixed struct {
	metric metricdata.Metrics
	err    error
}

func (f fixed) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	s := metricdata.ScopeMetrics{Metrics: []metricdata.Metrics{f.metric}}
	s.Scope.Name = "github.com/otelkv/otelkv/instrument"
	return []metricdata.ScopeMetrics{s}, f.err
}
