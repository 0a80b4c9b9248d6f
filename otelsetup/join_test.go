package otelsetup_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup"
)

func TestJoinedRegistry(t *testing.T) {
	registry := extra("app_ready", 1)
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()), otelsetup.WithPrometheusRegistry(registry, registry))
	if err != nil {
		t.Fatal(err)
	}
	if tel.PrometheusGatherer() != prometheus.Gatherer(registry) {
		t.Error("the gatherer is not the program's")
	}
	use(t, tel, "orders")
	ours := []string{"kvdb_requests_total", "kvdb_request_latency_quantiles_seconds", "kvdb_memory_bytes", "target_info", "process_open_fds"}
	for page, h := range map[string]http.Handler{
		"ours": tel.MetricsHandler(),
		// The program's own handler, as strict as it comes.
		"theirs": promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
	} {
		families := pageOf(t, h)
		for _, name := range append(ours, "app_ready") {
			if families[name] == nil {
				t.Errorf("%s: %s is missing", page, name)
			}
		}
	}

	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || families[0].GetName() != "app_ready" {
		t.Errorf("left behind: %v, error %v", families, err)
	}
}

func TestJoinAgain(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	join := otelsetup.WithPrometheusRegistry(registry, registry)
	first, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()), join)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := otelsetup.Start(t.Context(), join); err == nil || !strings.Contains(err.Error(), "WithPrometheusRegistry: another Telemetry") {
		t.Errorf("second Telemetry on one registry: error %v", err)
	}
	if pageOf(t, first.MetricsHandler())["kvdb_memory_bytes"] == nil {
		t.Error("the refused one broke the first one")
	}
	if err := first.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	third := start(t, join)
	if pageOf(t, third.MetricsHandler())["kvdb_memory_bytes"] == nil {
		t.Error("the metrics are missing after a shutdown and a new start")
	}
}

func TestJoinKeepsTheProgramsProcessCollector(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewGoCollector())
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()), otelsetup.WithPrometheusRegistry(registry, registry))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := registry.Gather(); err != nil {
		t.Errorf("the metrics clash: %v", err)
	}
	if err := tel.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if pageOf(t, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))["process_open_fds"] == nil {
		t.Error("Shutdown took the program's process collector away")
	}
}

func TestJoinWithLabels(t *testing.T) {
	registry := prometheus.NewRegistry()
	start(t, otelsetup.WithPrometheusRegistry(prometheus.WrapRegistererWith(prometheus.Labels{"cell": "eu"}, registry), registry))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if _, ok := value(family, "cell", "eu"); !ok {
			t.Errorf("%s has no label of the registerer", family.GetName())
		}
	}
}

// refusing refuses what it is given after the first n.
type refusing struct {
	prometheus.Registerer
	n int
}

func (r *refusing) Register(c prometheus.Collector) error {
	if r.n--; r.n < 0 {
		return http.ErrNotSupported
	}
	return r.Registerer.Register(c)
}

// Whatever registration fails, nothing is left in the registry and nothing runs.
func TestJoinRefused(t *testing.T) {
	registry := prometheus.NewRegistry()
	for n := range 3 {
		_, err := otelsetup.Start(t.Context(), otelsetup.WithPrometheusRegistry(&refusing{registry, n}, registry))
		if err == nil || !strings.Contains(err.Error(), "WithPrometheusRegistry") {
			t.Errorf("error %v", err)
		}
		if families, err := registry.Gather(); len(families) != 0 || err != nil {
			t.Errorf("left behind: %v, %v", families, err)
		}
	}
	start(t, otelsetup.WithPrometheusRegistry(registry, registry))
}
