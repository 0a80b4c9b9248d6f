// Package decorated tests a store below the decorator of package instrument: that
// it keeps the contract of kvdb there, and that what is counted is what happened.
package decorated

import (
	"context"
	"maps"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// Run runs the suite of kvtest on the stores that open returns, wrapped once and
// twice, on each of the two ways to a reader, and compares kvdb.requests with
// kvtest's own account of the same calls.
func Run(t *testing.T, open func(t testing.TB) kvdb.Store) {
	t.Helper()
	ways(t, open, func(*testing.T) {})
}

// RunParallel is Run with the four beside each other, for stores that share nothing: those whose
// values expire by the second have the suite wait.
func RunParallel(t *testing.T, open func(t testing.TB) kvdb.Store) {
	t.Helper()
	ways(t, open, (*testing.T).Parallel)
}

func ways(t *testing.T, open func(t testing.TB) kvdb.Store, begin func(*testing.T)) {
	t.Helper()
	for way, connect := range map[string]func(testing.TB) (instrument.Option, func() testutil.Samples){
		"Registry": toRegistry, "MeterProvider": toMeterProvider,
	} {
		for times, namespaces := range map[string][]string{"Once": {"only"}, "Twice": {"inner", "outer"}} {
			t.Run(way+"/"+times, func(t *testing.T) {
				begin(t)
				run(t, open, connect, namespaces)
			})
		}
	}
}

func run(
	t *testing.T, open func(testing.TB) kvdb.Store,
	connect func(testing.TB) (instrument.Option, func() testutil.Samples), namespaces []string,
) {
	kvtest.Run(t, func(t testing.TB) kvdb.Store {
		to, collect := connect(t)
		store := open(t)
		for _, namespace := range namespaces {
			wrapped, err := instrument.Wrap(store, to, instrument.WithNamespace(namespace))
			if err != nil {
				t.Fatal(err)
			}
			store = wrapped
		}
		tally := kvtest.NewTally(store)
		t.Cleanup(func() {
			collected := collect()
			for _, namespace := range namespaces {
				wantTally(t, tally, collected, namespace)
			}
		})
		return tally
	})
}

func toRegistry(t testing.TB) (instrument.Option, func() testutil.Samples) {
	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	return instrument.WithRegistry(registry), func() testutil.Samples { return testutil.Collect(t, producer) }
}

func toMeterProvider(t testing.TB) (instrument.Option, func() testutil.Samples) {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	return instrument.WithMeterProvider(provider), func() testutil.Samples {
		var rm metricdata.ResourceMetrics
		if err := reader.Collect(context.Background(), &rm); err != nil {
			t.Error(err)
		}
		return testutil.Flatten(rm.ScopeMetrics)
	}
}

func wantTally(t testing.TB, tally *kvtest.Tally, collected testutil.Samples, namespace string) {
	t.Helper()
	got, all := make(map[kvtest.Call]int), 0
	for _, s := range collected.Find("kvdb.requests", "db.namespace", namespace) {
		if s.Value > 0 {
			got[kvtest.Call{Operation: s.Attributes["db.operation.name"], Outcome: s.Attributes["kvdb.outcome"]}] = int(s.Value)
			all += int(s.Value)
		}
	}
	if want := tally.Counts(); !maps.Equal(got, want) {
		t.Errorf("kvdb.requests of %s: %v, want %v", namespace, got, want)
	}
	if n := collected.Sum("db.client.operation.duration_count", "db.namespace", namespace); n != float64(all) {
		t.Errorf("%v durations of %s, want %d", n, namespace, all)
	}
	if n := collected.Sum("kvdb.in_flight", "db.namespace", namespace); n != 0 {
		t.Errorf("kvdb.in_flight of %s: %v, want 0", namespace, n)
	}
}
