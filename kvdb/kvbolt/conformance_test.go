package kvbolt_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Run("Open", func(t *testing.T) {
		kvtest.Run(t, func(t testing.TB) kvdb.Store { return open(t, newPath(t), nil) })
	})
	t.Run("New", func(t *testing.T) {
		kvtest.Run(t, func(t testing.TB) kvdb.Store { return borrow(t, openBolt(t, nil), nil) })
	})
}

// A decorated store keeps the contract, and the decorators count what kvtest's
// own account of the same calls counts.
func TestConformanceDecorated(t *testing.T) {
	for name, open := range map[string]func(testing.TB) (instrument.Option, func() testutil.Samples){
		"Registry": toRegistry, "MeterProvider": toMeterProvider,
	} {
		t.Run(name, func(t *testing.T) { testDecorated(t, open) })
	}
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

func testDecorated(t *testing.T, openPath func(testing.TB) (instrument.Option, func() testutil.Samples)) {
	for name, namespaces := range map[string][]string{"Once": {"only"}, "Twice": {"inner", "outer"}} {
		t.Run(name, func(t *testing.T) {
			kvtest.Run(t, func(t testing.TB) kvdb.Store {
				to, collect := openPath(t)
				store := kvdb.Store(open(t, newPath(t), &kvbolt.OpenOptions{NoSync: true}))
				for _, namespace := range namespaces {
					store = wrap(t, store, to, namespace)
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
		})
	}
}

func wrap(t testing.TB, store kvdb.Store, to instrument.Option, namespace string) *instrument.Store {
	t.Helper()
	w, err := instrument.Wrap(store, to, instrument.WithNamespace(namespace))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func wantTally(t testing.TB, tally *kvtest.Tally, collected testutil.Samples, namespace string) {
	t.Helper()
	got := make(map[kvtest.Call]int)
	for _, s := range collected.Find("kvdb.requests", "db.namespace", namespace) {
		if s.Value > 0 {
			got[kvtest.Call{Operation: s.Attributes["db.operation.name"], Outcome: s.Attributes["kvdb.outcome"]}] = int(s.Value)
		}
	}
	if want := tally.Counts(); !maps.Equal(got, want) {
		t.Errorf("kvdb.requests of %s: %v, want %v", namespace, got, want)
	}
	if n := collected.Sum("kvdb.in_flight", "db.namespace", namespace); n != 0 {
		t.Errorf("kvdb.in_flight of %s: %v, want 0", namespace, n)
	}
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "test.db") }

func open(t testing.TB, path string, opts *kvbolt.OpenOptions) *kvbolt.Store {
	t.Helper()
	s, err := kvbolt.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

// borrow returns a store on db.
func borrow(t testing.TB, db *bolt.DB, opts *kvbolt.Options) *kvbolt.Store {
	t.Helper()
	s, err := kvbolt.New(db, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

func closeAtEnd(t testing.TB, s *kvbolt.Store) {
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
	})
}

func openBolt(t testing.TB, opts *bolt.Options) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(newPath(t), 0o600, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close of the handle: %v", err)
		}
	})
	return db
}
