package otelsetup_test

import (
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

// What repeats the durations can be left out, on every way.
func TestWithoutCompatMetrics(t *testing.T) {
	var producer sdkmetric.Producer
	tel := start(t, otelsetup.WithReader(nil, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
		producer = p
		return sdkmetric.NewManualReader(sdkmetric.WithProducer(p)), nil
	}))
	for namespace, options := range map[string][]instrument.Option{
		"with": nil, "without": {instrument.WithoutCompatMetrics()},
	} {
		store, err := instrument.Wrap(kvdb.NewMemory(nil), append(options, instrument.WithTelemetry(tel), instrument.WithNamespace(namespace))...)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.Put(t.Context(), []byte("k"), []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
	page := pageOf(t, tel.MetricsHandler())
	scopes, err := producer.Produce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read := make(map[string]map[string]bool) // by metric and namespace
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			points.Each(m.Data, func(p points.Point) {
				namespace, _ := p.Attributes.Value(catalog.Namespace)
				if read[m.Name] == nil {
					read[m.Name] = make(map[string]bool)
				}
				read[m.Name][namespace.AsString()] = true
			})
		}
	}
	for _, m := range []catalog.Metric{catalog.RequestLatency, catalog.RequestLatencyQuantiles, catalog.OperationDuration} {
		for namespace, want := range map[string]bool{"with": true, "without": m.Name == catalog.OperationDuration.Name} {
			if _, ok := value(page[m.PrometheusName()], "db_namespace", namespace); ok != want {
				t.Errorf("%s of %s on the page: %t, want %t", m.Name, namespace, ok, want)
			}
			if got := read[m.Name][namespace]; got != want {
				t.Errorf("%s of %s for a reader: %t, want %t", m.Name, namespace, got, want)
			}
		}
	}
}
