package health_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil"
)

// What is nil or zero does nothing, and answers probes as a Health that was closed.
func TestNilReceivers(t *testing.T) {
	before := http.DefaultServeMux
	defer func() { http.DefaultServeMux = before }()
	for _, receiver := range []any{
		(*health.Health)(nil), new(health.Health), (*health.Heartbeat)(nil), new(health.Heartbeat),
		health.Check{}, health.Kind(0), health.Status(0),
	} {
		http.DefaultServeMux = http.NewServeMux()
		testutil.CallNil(t, receiver)
	}
	for _, h := range []*health.Health{nil, {}} {
		if h.Ready() || h.Started() || !h.Alive() {
			t.Errorf("ready %t, started %t, alive %t, want only the last", h.Ready(), h.Started(), h.Alive())
		}
		if err := h.Register(health.TCP("a", "127.0.0.1:1")); !errors.Is(err, health.ErrClosed) {
			t.Errorf("Register: %v", err)
		}
		if _, err := h.Heartbeat("a", 0); !errors.Is(err, health.ErrClosed) {
			t.Errorf("Heartbeat: %v", err)
		}
		for handler, want := range map[http.Handler]int{
			h.LivenessHandler(): http.StatusOK, h.ReadinessHandler(): http.StatusServiceUnavailable, h.StartupHandler(): http.StatusServiceUnavailable,
		} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
			if w.Code != want {
				t.Errorf("a probe is answered with %d, want %d", w.Code, want)
			}
		}
	}
}

// Without a mux the probes are on that of net/http.
func TestMountWithoutMux(t *testing.T) {
	before := http.DefaultServeMux
	http.DefaultServeMux = http.NewServeMux()
	defer func() { http.DefaultServeMux = before }()
	h, err := health.New(health.WithTelemetry(nil), health.WithMeterProvider(nil), health.WithLogger(nil),
		health.WithDetails(nil), health.WithOnTransition(nil), health.WithChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	h.Mount(nil)
	w := httptest.NewRecorder()
	http.DefaultServeMux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil))
	if w.Code != http.StatusOK {
		t.Errorf("/healthz is %d", w.Code)
	}
}
