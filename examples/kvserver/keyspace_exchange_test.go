package main

import (
	"errors"
	"strconv"
	"sync"
	"testing"
)

// Whoever exchanges sees the value of exactly one other, or nothing, once.
func TestExchange(t *testing.T) {
	const writers, each = 8, 5000
	keys := newKeyspace(memory(t), "test")
	var mu sync.Mutex
	seen := make(map[string]int)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			mine := keys.as(int64(w))
			for n := range each {
				value := strconv.Itoa(w*each + n)
				old, _, err := mine.exchange(t.Context(), write{key: []byte("k"), value: []byte(value)}, anyRoom)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen[string(old)]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	last, _, err := keys.get(t.Context(), []byte("k"), anyRoom)
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
	_, _, err := keys.exchange(t.Context(), write{key: []byte("k"), value: []byte("after")}, func(n int) []byte {
		size = n
		return nil
	})
	value, _, getErr := keys.get(t.Context(), []byte("k"), anyRoom)
	if !errors.Is(err, errBudget) || size != len("before") || getErr != nil || string(value) != "before" {
		t.Errorf("%v for %d bytes, and then %q, %v", err, size, value, getErr)
	}
}
