package exposition

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// count makes a counter of a scope and adds to it.
func (h *harness) count(scope, name string, n int64, opts ...metric.MeterOption) {
	h.t.Helper()
	counter, err := h.Meter(scope, opts...).Int64Counter(name, metric.WithDescription("of "+scope))
	if err != nil {
		h.t.Fatal(err)
	}
	counter.Add(h.t.Context(), n)
}

func (h *harness) gauge(scope, name, unit string, n int64) {
	h.t.Helper()
	gauge, err := h.Meter(scope).Int64Gauge(name, metric.WithUnit(unit))
	if err != nil {
		h.t.Fatal(err)
	}
	gauge.Record(h.t.Context(), n)
}

// Two libraries have a counter of one name: both are there, told apart by their
// scopes, and nobody else has such a label. Which one is made first is no matter of
// chance.
func TestSharedName(t *testing.T) {
	for range 20 {
		h := newHarness(t, NewNames(), false)
		h.count("a", "cache.hits", 3)
		h.count("a", "other", 1)
		if got := values(h.gather()["cache_hits_total"]); !maps.Equal(got, map[string]float64{"": 3}) {
			t.Errorf("alone: %v", got)
		}
		h.count("b", "cache.hits", 5)
		families := h.gather()
		if got := values(families["cache_hits_total"]); !maps.Equal(got, map[string]float64{"otel_scope_name=a ": 3, "otel_scope_name=b ": 5}) {
			t.Errorf("shared: %v", got)
		}
		if help := families["cache_hits_total"].GetHelp(); help != "of a" {
			t.Errorf("its help is %q, want that of the first", help)
		}
		if got := values(families["other_total"]); !maps.Equal(got, map[string]float64{"": 1}) {
			t.Errorf("a name that is not shared: %v", got)
		}
		if len(h.report.drops) > 0 {
			t.Errorf("left out: %v", h.report.drops)
		}
	}
}

// Names that become the same on the page are the same.
func TestSharedAfterTranslation(t *testing.T) {
	h := newHarness(t, NewNames(), false)
	h.count("a", "cache.hits", 3)
	h.count("b", "cache_hits", 5)
	if got := values(h.gather()["cache_hits_total"]); len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// A name of two types is that of the scope that made it first.
func TestConflict(t *testing.T) {
	for range 20 {
		h := newHarness(t, NewNames(), false)
		h.gauge("first", "size", "", 1)
		histogram, err := h.Meter("second").Int64Histogram("size")
		if err != nil {
			t.Fatal(err)
		}
		histogram.Record(t.Context(), 1)
		if got := values(h.gather()["size"]); !maps.Equal(got, map[string]float64{"": 1}) {
			t.Errorf("got %v", got)
		}
		if len(h.report.drops) != 1 {
			t.Fatalf("left out: %v", h.report.drops)
		}
		d := h.report.drops[0]
		if d.Reason != Conflict || d.Metric != "size" || d.Series != 1 || !strings.Contains(d.Detail, `"first"`) || !strings.Contains(d.Detail, `"second"`) {
			t.Errorf("left out: %+v", d)
		}
	}
}

// Gauges and counters that go up and down are one type.
func TestOneType(t *testing.T) {
	h := newHarness(t, NewNames(), false)
	h.gauge("a", "size", "", 1)
	upDown, err := h.Meter("b").Int64UpDownCounter("size")
	if err != nil {
		t.Fatal(err)
	}
	upDown.Add(t.Context(), 2)
	if got := values(h.gather()["size"]); !maps.Equal(got, map[string]float64{"otel_scope_name=a ": 1, "otel_scope_name=b ": 2}) {
		t.Errorf("got %v", got)
	}
}

// Two versions of one scope need more than its name.
func TestVersions(t *testing.T) {
	h := newHarness(t, NewNames(), false)
	h.count("a", "hits", 1, metric.WithInstrumentationVersion("1"))
	h.count("a", "hits", 2, metric.WithInstrumentationVersion("2"))
	h.count("a", "hits", 3, metric.WithInstrumentationVersion("2"), metric.WithSchemaURL("https://example.com"))
	got := values(h.gather()["hits_total"])
	if want := map[string]float64{"otel_scope_name=a otel_scope_version=1 ": 1, "otel_scope_name=a otel_scope_version=2 ": 2}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(h.report.drops) != 1 || h.report.drops[0].Reason != Duplicate {
		t.Errorf("left out: %v", h.report.drops)
	}
}

// One scope has a name twice: series that are the same are those of the first.
func TestTwiceInOneScope(t *testing.T) {
	h := newHarness(t, NewNames(), false)
	meter := h.Meter("a")
	for i, name := range []string{"hits", "hits."} {
		counter, err := meter.Int64Counter(name)
		if err != nil {
			t.Fatal(err)
		}
		counter.Add(t.Context(), int64(i+1))
		counter.Add(t.Context(), int64(i+1), metric.WithAttributes(attribute.String("only", name)))
	}
	got := values(h.gather()["hits_total"])
	if want := map[string]float64{"": 1, "only=hits ": 1, "only=hits. ": 2}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(h.report.drops) != 1 || h.report.drops[0].Reason != Duplicate || h.report.drops[0].Series != 1 {
		t.Errorf("left out: %v", h.report.drops)
	}
}

func ourGauge(name string, n int64) fixed {
	return fixed{metric: metricdata.Metrics{
		Name: name, Unit: "By", Description: "Ours", Data: metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Value: n}}},
	}}
}

// A gauge that yields is the program's as soon as there is one: one metric, and the
// same one at every scrape.
func TestYield(t *testing.T) {
	for range 20 {
		names := NewNames("kvdb.memory")
		h := newHarness(t, names, false, ourGauge("kvdb.memory", 19))
		if got := values(h.gather()["kvdb_memory_bytes"]); !maps.Equal(got, map[string]float64{"": 19}) || names.Taken("kvdb.memory", "By") {
			t.Errorf("ours: %v", got)
		}
		h.gauge("program", "kvdb.memory", "By", 7)
		for range 5 {
			if got := values(h.gather()["kvdb_memory_bytes"]); !maps.Equal(got, map[string]float64{"": 7}) || !names.Taken("kvdb.memory", "By") {
				t.Errorf("the program's: %v", got)
			}
		}
		if len(h.report.drops) > 0 {
			t.Errorf("left out: %v", h.report.drops)
		}
	}
}

// Of other names of ours the program's are shown beside them.
func TestNoYield(t *testing.T) {
	names := NewNames("kvdb.memory")
	h := newHarness(t, names, false, ourGauge("kvdb.other", 19))
	h.gauge("program", "kvdb.other", "By", 7)
	got := values(h.gather()["kvdb_other_bytes"])
	if want := map[string]float64{"otel_scope_name=github.com/otelkv/otelkv/instrument ": 19, "otel_scope_name=program ": 7}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if names.Taken("kvdb.other", "By") {
		t.Error("it yields")
	}
}

// Scopes of this project share a name on purpose.
func TestOurScopes(t *testing.T) {
	h := newHarness(t, NewNames(), false, ourGauge("kvdb.used", 1))
	gauge, err := h.Meter("github.com/otelkv/otelkv/otelsetup").Int64Gauge("kvdb.used", metric.WithUnit("By"))
	if err != nil {
		t.Fatal(err)
	}
	gauge.Record(t.Context(), 2, metric.WithAttributes(attribute.String("resource", "cpu")))
	const cpu = "resource=cpu "
	if got := values(h.gather()["kvdb_used_bytes"]); !maps.Equal(got, map[string]float64{"": 1, cpu: 2}) {
		t.Errorf("got %v", got)
	}
}

// A program that makes a scope for each request costs a bounded number of claims.
func TestClaimsAreBounded(t *testing.T) {
	names := NewNames()
	h := newHarness(t, names, false)
	for i := range 2 * maxClaims {
		h.count(strings.Repeat("x", i+1), "hits", 1)
	}
	if n := len(names.families["hits_total"].claims); n != maxClaims {
		t.Errorf("%d claims", n)
	}
	if got := slices.Collect(maps.Keys(values(h.gather()["hits_total"]))); len(got) != 2*maxClaims {
		t.Errorf("%d series", len(got))
	}
}
