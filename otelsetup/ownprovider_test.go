package otelsetup_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
)

// OpenTelemetry's Prometheus exporter fails the whole scrape over what it cannot
// render, and must get none of it unasked.
func TestPrometheusExporter(t *testing.T) {
	registry := instrument.NewRegistry(instrument.WithExponentialDurations())
	page := prometheus.NewPedanticRegistry()
	exporter, err := otelprom.New(otelprom.WithRegisterer(page), otelprom.WithProducer(registry.NewProducer()))
	if err != nil {
		t.Fatal(err)
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))
	defer provider.Shutdown(t.Context())
	store, err := instrument.Wrap(testutil.NewFaulty(), instrument.WithRegistry(registry), instrument.WithSizes())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for range 3 {
		_ = store.Put(t.Context(), []byte("key"), []byte("value"))
		_, _ = store.Get(t.Context(), nil) // which is invalid
	}
	families, err := page.Gather() // as strict as promhttp is by default
	if err != nil {
		t.Fatal(err)
	}
	var requests float64
	for _, family := range families {
		if family.GetType() == dto.MetricType_SUMMARY {
			t.Errorf("there is the summary %s", family.GetName())
		}
		if family.GetName() == "kvdb_requests_total" {
			for _, m := range family.GetMetric() {
				requests += m.GetCounter().GetValue()
			}
		}
	}
	if requests != 6 {
		t.Errorf("%v requests on the page, want 6", requests)
	}
}
