package kvredis_test

import (
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// TestAllocations: the decorator adds no allocation to a Get that a server answers.
func TestAllocations(t *testing.T) {
	bare := borrow(t, startServer(t).connect(t), nil)
	decorated, err := instrument.Wrap(bare, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithSizes())
	if err != nil {
		t.Fatal(err)
	}
	closing(t, decorated)
	ctx, key := t.Context(), []byte("key")
	if err := decorated.Put(ctx, key, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	// Statistics may be read meanwhile, in the background.
	fewest := func(s kvdb.Store) float64 {
		least := allocations(t, s, key)
		for range 4 {
			least = min(least, allocations(t, s, key))
		}
		return least
	}
	without, with := fewest(bare), fewest(decorated)
	if without == 0 || with > without {
		t.Errorf("%v allocations, and %v with the decorator", without, with)
	}
}

func allocations(t *testing.T, s kvdb.Store, key []byte) float64 {
	return testing.AllocsPerRun(200, func() {
		if _, err := s.Get(t.Context(), key); err != nil {
			t.Error(err)
		}
	})
}
