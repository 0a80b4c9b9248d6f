package otelsetup_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// openAndClose opens a store, uses it and closes it.
func openAndClose(t *testing.T, tel *otelsetup.Telemetry, namespace string) {
	t.Helper()
	s, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel), instrument.WithNamespace(namespace))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), []byte("key"), []byte("value")); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// However many stores were closed between two scrapes, the page stays one that a
// Prometheus takes.
func TestPageAfterManyStores(t *testing.T) {
	const stores = 3000
	for name, tt := range map[string]struct {
		namespace func(int) string
		limit     int
		lost      float64
	}{
		"of many names": {func(i int) string { return fmt.Sprint("store-", i) }, 5e6, stores - 64},
		"of one name":   {func(int) string { return "store" }, 200e3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tel := start(t, otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())
			for i := range stores {
				openAndClose(t, tel, tt.namespace(i))
			}
			status, page := get(t, tel.MetricsHandler(), "")
			if status != http.StatusOK || len(page) > tt.limit {
				t.Errorf("status %d, %d bytes, want at most %d", status, len(page), tt.limit)
			}

			openAndClose(t, tel, tt.namespace(0))
			families := pageOf(t, tel.MetricsHandler())
			if lost, ok := families["kvdb_farewells_lost_total"]; !ok || lost.GetMetric()[0].GetCounter().GetValue() != tt.lost {
				t.Errorf("%v, want %v farewells lost", lost, tt.lost)
			}
		})
	}
}

// Everything that was counted arrives, and in one scrape.
func TestPageAfterOneStoreManyTimes(t *testing.T) {
	const times = 1000
	tel := start(t)
	for range times {
		openAndClose(t, tel, "store")
	}
	for i, want := range []float64{times, 0} {
		var puts float64
		if family, ok := pageOf(t, tel.MetricsHandler())["kvdb_requests_total"]; ok {
			for _, m := range family.GetMetric() {
				puts += m.GetCounter().GetValue()
			}
		}
		if puts != want {
			t.Errorf("scrape %d: %v puts, want %v", i, puts, want)
		}
	}
}
