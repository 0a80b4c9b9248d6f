package main

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// Whoever exchanges sees the value of exactly one other, or nothing, once.
func TestExchange(t *testing.T) {
	keys := newKeyspace(memory(t), "test")
	exchangeAll(t, 5000, keys)
}

// So it is on a Redis server that two of this program are on.
func TestExchangeBesideOthers(t *testing.T) {
	server := redisserver.Start(t)
	open := func() *keyspace {
		store, err := kvredis.Open(t.Context(), server.Address, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return newKeyspace(store, "redis")
	}
	exchangeAll(t, 50, open(), open())
}

// exchangeAll lets eight writers exchange so many values each.
func exchangeAll(t *testing.T, each int, keys ...*keyspace) {
	t.Helper()
	const writers = 8
	var mu sync.Mutex
	seen := make(map[string]int)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			mine := keys[w%len(keys)].as(int64(w))
			for n := range each {
				value := strconv.Itoa(w*each + n)
				var old []byte
				for settled := false; !settled; {
					var err error
					if old, _, settled, err = mine.exchange(t.Context(), write{key: []byte("k"), value: []byte(value)}, anyRoom); err != nil {
						t.Error(err)
					}
				}
				mu.Lock()
				seen[string(old)]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	last, _, err := keys[0].get(t.Context(), []byte("k"), anyRoom)
	if err != nil {
		t.Fatal(err)
	}
	seen[string(last)]++
	if len(seen) != writers*each+1 {
		t.Errorf("%d of %d values were seen", len(seen), writers*each+1)
	}
}

// What does not fit is not done.
func TestExchangeRefused(t *testing.T) {
	keys := newKeyspace(memory(t), "test")
	if _, err := keys.put(t.Context(), write{key: []byte("k"), value: []byte("before")}, anyRoom); err != nil {
		t.Fatal(err)
	}
	size := 0
	_, _, _, err := keys.exchange(t.Context(), write{key: []byte("k"), value: []byte("after")}, func(n int) []byte {
		size = n
		return nil
	})
	value, _, getErr := keys.get(t.Context(), []byte("k"), anyRoom)
	if !errors.Is(err, errBudget) || size != len("before") || getErr != nil || string(value) != "before" {
		t.Errorf("%v for %d bytes, and then %q, %v", err, size, value, getErr)
	}
}

// A contestedStore is an engine on which somebody else has always been faster.
type contestedStore struct {
	*kvdb.Memory
	swaps int
}

func (s *contestedStore) Describe() kvdb.Info { return kvdb.Info{System: "test", Remote: true} }

func (s *contestedStore) CompareAndSwap(context.Context, []byte, []byte, []byte) (bool, error) {
	s.swaps++
	return false, nil
}

// A key that others write all the time is given up with an error that says so, and nothing is written.
func TestExchangeContested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &contestedStore{Memory: memory(t)}
		c := start(t, store).dial()
		for _, s := range []step{{"set k old", "OK"}, {"set k new get", "-" + string(errContended)}, {"set k new xx", "-" + string(errContended)}, {"get k", `"old"`}} {
			before := store.swaps
			if got := c.do(s.args()...); got != s.reply {
				t.Errorf("%s: %s, want %s", s.command, got, s.reply)
			}
			if n := store.swaps - before; s.reply[0] == '-' && n != mostSwaps {
				t.Errorf("%s: %d swaps", s.command, n)
			}
		}
	})
}
