package otelsetup_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup"
)

// What was not started does nothing, and gives what does nothing.
func TestNilReceivers(t *testing.T) {
	for _, tel := range []*otelsetup.Telemetry{nil, {}} {
		testutil.CallNil(t, tel)
		tel.Logger().Info("nobody reads this")
		_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "test")
		span.End()
		if _, err := tel.MeterProvider().Meter("test").Int64Counter("test"); err != nil {
			t.Error(err)
		}
		if families, err := tel.PrometheusGatherer().Gather(); err != nil || len(families) > 0 {
			t.Errorf("%v, %v", families, err)
		}
		w := httptest.NewRecorder()
		tel.MetricsHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("/metrics is answered with %d", w.Code)
		}
	}
}

// An option with nil is as none. A page tells of a gatherer that is a nil pointer.
func TestNilOptions(t *testing.T) {
	tel, err := otelsetup.Start(t.Context(), nil, otelsetup.WithLogWriter(io.Discard), otelsetup.WithLogger(nil), otelsetup.WithSlog(nil),
		otelsetup.WithResource(nil), otelsetup.WithResourceAttributes(), otelsetup.WithTracerProvider(nil), otelsetup.WithSampler(nil),
		otelsetup.WithDefaultSampler(nil), otelsetup.WithSpanProcessor(nil), otelsetup.WithSpanExporter(nil), otelsetup.WithLogExporter(nil),
		otelsetup.WithPrometheusRegistry(nil, nil), otelsetup.WithDurationBounds())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tel.Shutdown(t.Context()) }()
	h := tel.MetricsHandler(nil, (*prometheus.Registry)(nil))
	var page string
	for range 2 { // the first one fails while the page is made
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		page = w.Body.String()
	}
	if !strings.Contains(page, "target_info") || !strings.Contains(page, `kvdb_scrape_failures_total{error_type="panic",`) {
		t.Errorf("the page does not count the failure:\n%s", page)
	}
	for name, o := range map[string]otelsetup.Option{
		"WithReader":             otelsetup.WithReader(nil, nil),
		"WithPrometheusRegistry": otelsetup.WithPrometheusRegistry(prometheus.NewRegistry(), nil),
	} {
		if _, err := otelsetup.Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
