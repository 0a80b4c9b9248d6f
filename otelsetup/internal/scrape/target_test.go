package scrape_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/exposition"
	"github.com/otelkv/otelkv/otelsetup/internal/page"
	"github.com/otelkv/otelkv/otelsetup/internal/producers"
	"github.com/otelkv/otelkv/otelsetup/internal/scrape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A fixture is a target of a store and a counter, with what ends it.
type fixture struct {
	*scrape.Target
	parts  []string
	ends   []func()
	closed chan struct{}
}

func newTarget(t *testing.T, join *scrape.Registry, runtime bool) (*fixture, error) {
	t.Helper()
	f := &fixture{closed: make(chan struct{})}
	registry := instrument.NewRegistry()
	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry), instrument.WithNamespace("orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	names := exposition.NewNames()
	c := scrape.Config{
		Records: registry.NewProducer(), Names: names, Resource: resource.NewSchemaless(), Process: true,
		Losses: page.NewLosses(zap.NewNop()), Join: join,
		Registered: func(part string, end func()) { f.parts, f.ends = append(f.parts, part), append(f.ends, end) },
	}
	if runtime {
		c.Runtime = producers.Runtime(false)
	}
	if f.Target, err = scrape.New(c); err != nil {
		t.Fatal(err)
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(f.Reader()), sdkmetric.WithView(names.View))
	if err := c.Losses.Register(provider.Meter(catalog.ScopeOtelsetup)); err != nil {
		t.Fatal(err)
	}
	visits, err := provider.Meter("program").Int64Counter("visits")
	if err != nil {
		t.Fatal(err)
	}
	visits.Add(t.Context(), 3)
	return f, f.Register(c)
}

// end ends the parts as Shutdown does.
func (f *fixture) end() {
	close(f.closed)
	for _, end := range slices.Backward(f.ends) {
		end()
	}
}

func get(t *testing.T, h http.Handler) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

// has checks which metrics are on a page.
func has(t *testing.T, body string, want bool, names ...string) {
	t.Helper()
	for _, name := range names {
		if strings.Contains(body, "\n"+name) != want {
			t.Errorf("%s on the page: %v, want %v", name, !want, want)
		}
	}
}

var ours = []string{"kvdb_requests_total{", "visits_total ", "target_info ", "kvdb_scrape_failures_total{"}

func TestTarget(t *testing.T) {
	for _, runtime := range []bool{true, false} {
		f, err := newTarget(t, nil, runtime)
		if err != nil {
			t.Fatal(err)
		}
		h := f.Handler(f.closed, nil, gauge("app_ready"), f.Gatherer()) // which is there anyway
		status, body := get(t, h)
		has(t, body, true, append(ours, "app_ready 1")...)
		has(t, body, runtime, "go_schedule_duration_seconds_count ")
		if status != http.StatusOK || strings.Count(body, "\nvisits_total ") != 1 {
			t.Errorf("status %d: %s", status, body)
		}
		f.end()
		status, body = get(t, h)
		has(t, "\n"+body, false, ours...)
		if status != http.StatusOK || !strings.Contains(body, "app_ready 1") {
			t.Errorf("after the end: status %d, %s", status, body)
		}
		if status, body := get(t, f.Handler(f.closed)); status != http.StatusServiceUnavailable || !strings.Contains(body, "shut down") {
			t.Errorf("alone: status %d, %s", status, body)
		}
	}
}

func TestMethods(t *testing.T) {
	f, err := newTarget(t, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.end()
	for method, want := range map[string]int{http.MethodHead: http.StatusOK, http.MethodPost: http.StatusMethodNotAllowed} {
		w := httptest.NewRecorder()
		f.Handler(f.closed).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/metrics", nil))
		if w.Code != want || (w.Header().Get("Allow") == "GET, HEAD") != (want != http.StatusOK) {
			t.Errorf("%s: status %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestEmpty(t *testing.T) {
	closed := make(chan struct{})
	defer close(closed)
	alone := scrape.NewEmpty(page.NewLosses(zap.NewNop()), nil)
	if status, body := get(t, alone.Handler(closed)); status != http.StatusOK || body != "" {
		t.Errorf("status %d, %s", status, body)
	}
	registry := gauge("app_ready")
	joined := scrape.NewEmpty(page.NewLosses(zap.NewNop()), &scrape.Registry{Registerer: registry, Gatherer: registry})
	if status, body := get(t, joined.Handler(closed)); status != http.StatusOK || !strings.Contains(body, "app_ready 1") {
		t.Errorf("status %d, %s", status, body)
	}
	if joined.Gatherer() != prometheus.Gatherer(registry) {
		t.Error("the gatherer is not the program's")
	}
}

// gauge returns a registry with one.
func gauge(name string) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "Of the program"})
	g.Set(1)
	registry.MustRegister(g)
	return registry
}
