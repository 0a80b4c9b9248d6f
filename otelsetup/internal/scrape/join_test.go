package scrape_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/otelkv/otelkv/otelsetup/internal/scrape"
)

// While one has joined, another cannot; at its end nothing of it is left, and another
// can.
func TestJoin(t *testing.T) {
	registry := gauge("app_ready")
	join := &scrape.Registry{Registerer: registry, Gatherer: registry}
	for range 2 {
		f, err := newTarget(t, join, true)
		if err != nil {
			t.Fatal(err)
		}
		h := f.Handler(f.closed)
		_, body := get(t, h)
		has(t, "\n"+body, true, append(ours, "app_ready 1")...)
		if families, err := registry.Gather(); err != nil || len(families) < len(ours) {
			t.Errorf("%d families in the program's registry, error %v", len(families), err)
		}
		if second, err := newTarget(t, join, true); err == nil || !strings.Contains(err.Error(), "WithPrometheusRegistry: another Telemetry has joined") {
			t.Errorf("a second one: error %v", err)
		} else {
			second.end()
		}
		f.end()
		if families, err := registry.Gather(); err != nil || len(families) != 1 {
			t.Errorf("left behind: %v, error %v", families, err)
		}
		if status, body := get(t, h); status != http.StatusOK || !strings.Contains(body, "app_ready 1") {
			t.Errorf("after the end: status %d, %s", status, body)
		}
	}
}

// The process collector that the program has serves as well, and stays.
func TestJoinKeepsTheProgramsProcessCollector(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	before, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	f, err := newTarget(t, &scrape.Registry{Registerer: registry, Gatherer: registry}, false)
	if err != nil {
		t.Fatal(err)
	}
	f.end()
	if after, err := registry.Gather(); err != nil || len(after) != len(before) {
		t.Errorf("%d families, were %d, error %v", len(after), len(before), err)
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

// Whatever registration fails, what has ended is not left in the registry.
func TestJoinRefused(t *testing.T) {
	registry := prometheus.NewRegistry()
	for n := range 3 {
		f, err := newTarget(t, &scrape.Registry{Registerer: &refusing{registry, n}, Gatherer: registry}, false)
		if err == nil || !strings.Contains(err.Error(), "WithPrometheusRegistry") {
			t.Errorf("after %d: error %v", n, err)
		}
		f.end()
		if families, err := registry.Gather(); len(families) != 0 || err != nil {
			t.Errorf("after %d: left behind: %v, %v", n, families, err)
		}
	}
}
