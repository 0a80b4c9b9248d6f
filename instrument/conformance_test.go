package instrument_test

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// A wrapped store keeps the contract of kvdb, and counts what kvtest's own
// account of the same calls counts.
func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name string
		wrap func(t testing.TB, r *instrument.Registry) kvdb.Store
		want []string // namespaces that count everything
	}{
		{"Once", func(t testing.TB, r *instrument.Registry) kvdb.Store {
			return wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
		}, []string{"memory"}},
		{"Twice", func(t testing.TB, r *instrument.Registry) kvdb.Store {
			inner := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r), instrument.WithNamespace("inner"))
			return wrap(t, inner, instrument.WithRegistry(r), instrument.WithNamespace("outer"), instrument.WithSizes())
		}, []string{"inner", "outer"}},
		{"Everything", func(t testing.TB, r *instrument.Registry) kvdb.Store {
			faulty := testutil.NewFaulty() // whose values do not expire
			capable := slices.DeleteFunc(kvdb.Capabilities(faulty), func(name string) bool { return name == "TTLPutter" })
			return wrap(t, kvtest.Mask(faulty, capable...), instrument.WithRegistry(r))
		}, []string{"memory"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kvtest.Run(t, func(t testing.TB) kvdb.Store {
				registry := instrument.NewRegistry()
				producer := registry.NewProducer()
				tally := kvtest.NewTally(c.wrap(t, registry))
				t.Cleanup(func() {
					collected := testutil.Collect(t, producer)
					for _, namespace := range c.want {
						wantTally(t, tally, collected, namespace)
					}
				})
				return tally
			})
		})
	}
}

// wantTally compares kvdb.requests of a namespace with an independent count.
func wantTally(t testing.TB, tally *kvtest.Tally, collected testutil.Samples, namespace string) {
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
	for _, name := range []string{
		"db.client.operation.duration_count", "kvdb.request.latency_count", "kvdb.request.latency.quantiles_count",
	} {
		if n := collected.Sum(name, "db.namespace", namespace); n != all {
			t.Errorf("%s of %s is %v, want %v", name, namespace, n, all)
		}
	}
	if n := collected.Sum("kvdb.in_flight", "db.namespace", namespace); n != 0 {
		t.Errorf("kvdb.in_flight of %s is %v, want 0", namespace, n)
	}
}
