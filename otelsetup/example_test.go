package otelsetup_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// show prints the lines of a page that begin with one of the prefixes.
func show(h http.Handler, prefixes ...string) {
	page := httptest.NewRecorder()
	h.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(page.Body.String()) {
		for _, prefix := range prefixes {
			if strings.HasPrefix(line, prefix) {
				fmt.Print(line)
			}
		}
	}
}

func Example() {
	ctx := context.Background()
	tel, err := otelsetup.Start(ctx,
		otelsetup.WithServiceName("checkout"),
		otelsetup.WithServiceVersion("1.4.0"),
		otelsetup.WithResourceAttributes(attribute.String("deployment.environment.name", "staging")),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(ctx)

	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel), instrument.WithNamespace("orders"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	if err := store.Put(ctx, []byte("key"), []byte("value")); err != nil {
		fmt.Println(err)
	}
	show(tel.MetricsHandler(), `kvdb_requests_total{db_namespace="orders",db_operation_name="put",db_system_name="memory",kvdb_outcome="ok"}`)
	// Output:
	// kvdb_requests_total{db_namespace="orders",db_operation_name="put",db_system_name="memory",kvdb_outcome="ok"} 1
}

func ExampleTelemetry_MetricsHandler() {
	tel, err := otelsetup.Start(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(context.Background())

	// Metrics that the program has in a registry of its own.
	registry := prometheus.NewRegistry()
	carts := prometheus.NewGauge(prometheus.GaugeOpts{Name: "shop_carts", Help: "Open carts"})
	registry.MustRegister(carts)
	carts.Set(3)

	mux := http.NewServeMux()
	mux.Handle("/metrics", tel.MetricsHandler(registry))
	show(mux, "shop_", "# TYPE kvdb_memory_bytes")
	// Output:
	// # TYPE kvdb_memory_bytes gauge
	// shop_carts 3
}

func ExampleWithPrometheusRegistry() {
	registry := prometheus.NewRegistry()
	carts := prometheus.NewGauge(prometheus.GaugeOpts{Name: "shop_carts", Help: "Open carts"})
	registry.MustRegister(carts)
	carts.Set(3)

	// For the default registry of client_golang it is prometheus.DefaultRegisterer
	// and prometheus.DefaultGatherer.
	tel, err := otelsetup.Start(context.Background(), otelsetup.WithPrometheusRegistry(registry, registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(context.Background())

	show(tel.MetricsHandler(), "shop_", "# TYPE kvdb_memory_bytes")
	// Output:
	// # TYPE kvdb_memory_bytes gauge
	// shop_carts 3
}
