package instrument_test

import (
	"context"
	"fmt"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// A test of a program may ask what the program did to its store.
func ExampleRegistry_Snapshot() {
	registry := instrument.NewRegistry()
	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry), instrument.WithNamespace("orders"))
	defer store.Close()

	ctx := context.Background()
	_ = store.Put(ctx, []byte("order/1"), []byte("tea"))
	_, _ = store.Get(ctx, []byte("order/1"))
	_, _ = store.Get(ctx, []byte("order/2"))
	_ = store.Put(ctx, nil, []byte("milk"))

	for _, s := range registry.Snapshot().Stores {
		fmt.Println(s.System, s.Namespace)
		for _, o := range s.Operations {
			if o.Ended() > 0 {
				fmt.Printf("%s: %d ok, %d missed, %d failed %v, %d B read\n",
					o.Operation, o.OK, o.Miss, o.Errors, o.ErrorTypes, o.BytesRead)
			}
		}
	}
	// Output:
	// memory orders
	// get: 1 ok, 1 missed, 0 failed map[], 3 B read
	// put: 1 ok, 0 missed, 1 failed map[invalid_argument:1], 0 B read
}
