package benchmarks_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/kvdb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type named struct {
	name  string
	store kvdb.Store
}

func all(t testing.TB) []named {
	t.Helper()
	s, err := benchmarks.NewStores()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return []named{
		{"bare", s.Bare},
		{"otelkv", s.OTelKV},
		{"otelkv_sizes", s.OTelKVSizes},
		{"client_golang", s.ClientGolang},
		{"client_golang_equal", s.ClientGolangEqual},
		{"otel_prebuilt", s.OTelPrebuilt},
		{"otel_naive", s.OTelNaive},
		{"bare_span", s.BareSpan},
	}
}

func TestStoresPassCallsThrough(t *testing.T) {
	for _, s := range all(t) {
		t.Run(s.name, func(t *testing.T) {
			value, err := s.store.Get(t.Context(), benchmarks.Key)
			if len(value) != 64 || err != nil {
				t.Errorf("Get = %d bytes, %v; want 64 bytes", len(value), err)
			}
			if _, err := s.store.Get(t.Context(), benchmarks.MissingKey); err != kvdb.ErrNotFound {
				t.Errorf("Get of a missing key = %v; want ErrNotFound itself", err)
			}
			if err := s.store.Put(t.Context(), benchmarks.Key, value); err != nil {
				t.Errorf("Put = %v", err)
			}
			if err := s.store.Delete(t.Context(), benchmarks.Key); err != nil {
				t.Errorf("Delete = %v", err)
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	for _, s := range all(b) {
		b.Run(s.name, func(b *testing.B) { get(b, b.Context(), s.store) })
	}
}

func BenchmarkGetParallel(b *testing.B) {
	for _, s := range all(b) {
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := s.store.Get(b.Context(), benchmarks.Key); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

func BenchmarkGetSampled(b *testing.B) {
	for _, s := range all(b) {
		b.Run(s.name, func(b *testing.B) {
			ctx, end := benchmarks.SampledParent(b.Context())
			defer end()
			get(b, ctx, s.store)
		})
	}
}

func BenchmarkPut(b *testing.B) {
	value := make([]byte, 64)
	for _, s := range all(b) {
		b.Run(s.name, func(b *testing.B) {
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if err := s.store.Put(ctx, benchmarks.Key, value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func get(b *testing.B, ctx context.Context, s kvdb.Store) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Get(ctx, benchmarks.Key); err != nil {
			b.Fatal(err)
		}
	}
}
