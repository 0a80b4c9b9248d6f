package instrument_test

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// A path is one of the two ways to a reader.
type path struct {
	name      string
	summaries bool
	open      func(t testing.TB) (instrument.Option, func() testutil.Samples)
}

var paths = []path{
	{"Registry", true, func(t testing.TB) (instrument.Option, func() testutil.Samples) {
		registry := instrument.NewRegistry()
		producer := registry.NewProducer(instrument.WithSummaries())
		return instrument.WithRegistry(registry), func() testutil.Samples { return testutil.Collect(t, producer) }
	}},
	{"MeterProvider", false, func(t testing.TB) (instrument.Option, func() testutil.Samples) {
		reader := newMeterReader()
		return instrument.WithMeterProvider(reader.provider), func() testutil.Samples { return reader.collect(t) }
	}},
}

// A wrapped store keeps the contract of kvdb on both ways to a reader, and
// counts what kvtest's own account of the same calls counts.
func TestConformance(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) { testConformance(t, p) })
	}
}

func testConformance(t *testing.T, p path) {
	for _, c := range []struct {
		name string
		wrap func(t testing.TB, to instrument.Option) kvdb.Store
		want []string // namespaces that count everything
	}{
		{"Once", func(t testing.TB, to instrument.Option) kvdb.Store {
			return wrap(t, kvdb.NewMemory(nil), to)
		}, []string{"memory"}},
		{"Twice", func(t testing.TB, to instrument.Option) kvdb.Store {
			inner := wrap(t, kvdb.NewMemory(nil), to, instrument.WithNamespace("inner"))
			return wrap(t, inner, to, instrument.WithNamespace("outer"), instrument.WithSizes())
		}, []string{"inner", "outer"}},
		{"Everything", func(t testing.TB, to instrument.Option) kvdb.Store {
			faulty := testutil.NewFaulty() // whose values do not expire
			faulty.Report(testutil.Disk(0.5))
			capable := slices.DeleteFunc(kvdb.Capabilities(faulty), func(name string) bool { return name == "TTLPutter" })
			return wrap(t, kvtest.Mask(faulty, capable...), to)
		}, []string{"memory"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kvtest.Run(t, func(t testing.TB) kvdb.Store {
				to, collect := p.open(t)
				tally := kvtest.NewTally(c.wrap(t, to))
				t.Cleanup(func() {
					collected := collect()
					for _, namespace := range c.want {
						wantTally(t, tally, collected, namespace, p.summaries)
					}
				})
				return tally
			})
		})
	}
}

// wantTally compares kvdb.requests of a namespace with an independent count.
func wantTally(t testing.TB, tally *kvtest.Tally, collected testutil.Samples, namespace string, summaries bool) {
	t.Helper()
	got := make(map[string]float64)
	for _, s := range collected.Find("kvdb.requests", "db.namespace", namespace) {
		if s.Value > 0 {
			got[s.Attributes["db.operation.name"]+" "+s.Attributes["kvdb.outcome"]] = s.Value
		}
	}
	want := make(map[string]float64)
	var all float64
	for call, n := range tally.Counts() {
		want[call.Operation+" "+call.Outcome] = float64(n)
		all += float64(n)
	}
	equalMaps(t, "kvdb.requests of "+namespace, got, want)
	counts := []string{"db.client.operation.duration_count", "kvdb.request.latency_count"}
	if summaries {
		counts = append(counts, "kvdb.request.latency.quantiles_count")
	}
	for _, name := range counts {
		if n := collected.Sum(name, "db.namespace", namespace); n != all {
			t.Errorf("%s of %s is %v, want %v", name, namespace, n, all)
		}
	}
	if n := collected.Sum("kvdb.in_flight", "db.namespace", namespace); n != 0 {
		t.Errorf("kvdb.in_flight of %s is %v, want 0", namespace, n)
	}
}
