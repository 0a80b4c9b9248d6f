package redishook_test

import (
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestAllocationsOfAGet: the hook adds none to a GET that a server answers.
func TestAllocationsOfAGet(t *testing.T) {
	address, _ := startServer(t)
	bare, hooked := connect(t, &redis.Options{Addr: address}), connect(t, &redis.Options{Addr: address})
	newTelemetry(t).instrument(t, hooked)
	ctx := t.Context()
	if err := bare.Set(ctx, "key", make([]byte, 100), 0).Err(); err != nil {
		t.Fatal(err)
	}
	// The pool is read meanwhile, in the background.
	fewest := func(client *redis.Client) (least float64) {
		for i := range 5 {
			n := testing.AllocsPerRun(200, func() {
				if err := client.Get(ctx, "key").Err(); err != nil {
					t.Error(err)
				}
			})
			if i == 0 || n < least {
				least = n
			}
		}
		return least
	}
	without, with := fewest(bare), fewest(hooked)
	if without == 0 || with > without {
		t.Errorf("%v allocations, and %v with the hook", without, with)
	}
}
