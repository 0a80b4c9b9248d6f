package instrument_test

import (
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// What WithMeterProvider says it cannot do with any store, a registry can.
func TestMeterProviderExceptions(t *testing.T) {
	type seen struct{ zero, summary, forgotten bool }
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			var got seen
			to, collect := p.open(t)
			s := wrap(t, kvdb.NewMemory(nil), to)
			got.zero = has(collect(), "db.client.operation.duration_count")
			if err := s.Put(t.Context(), []byte("key"), nil); err != nil {
				t.Fatal(err)
			}
			got.summary = has(collect(), instrument.QuantilesName)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if n := collect().Sum("kvdb.requests", "db.operation.name", "put"); n != 1 {
				t.Errorf("%v puts after Close, want 1", n)
			}
			got.forgotten = !has(collect(), "kvdb.requests")
			if fast := p.summaries; got != (seen{fast, fast, fast}) {
				t.Errorf("histograms at zero, the summary, forgetting: %+v, want all %t", got, fast)
			}
		})
	}
}

func has(s testutil.Samples, name string) bool { return len(s.Find(name)) > 0 }
