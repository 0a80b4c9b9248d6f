package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// hesitant lets others run between a read and what follows from it.
type hesitant struct{ kvdb.Store }

func (h hesitant) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := h.Store.Get(ctx, key)
	for range 10 {
		runtime.Gosched()
	}
	return value, err
}

// stores are one with compare-and-swap and one that needs the locks.
func stores(t *testing.T) map[string]kvdb.Store {
	m := memory(t)
	return map[string]kvdb.Store{"locks": hesitant{memory(t)}, "swap": struct {
		kvdb.Store
		kvdb.Swapper
	}{hesitant{m}, m}}
}

// concurrently runs f in several goroutines.
func concurrently(f func()) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(f)
	}
	all.Wait()
}

// Of many SET NX of the same key, one is done, and of as many DEL one removes
// it, again and again.
func TestConditionsExclude(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			k := newKeyspace(store, "test")
			key := []byte("k")
			for range 200 {
				var set, removed atomic.Int64
				concurrently(func() {
					done, err := k.put(t.Context(), write{key: key, value: []byte("v"), when: ifAbsent}, anyRoom)
					if err != nil {
						t.Error(err)
					}
					if done {
						set.Add(1)
					}
				})
				concurrently(func() {
					n, err := k.remove(t.Context(), [][]byte{key})
					if err != nil {
						t.Error(err)
					}
					removed.Add(int64(n))
				})
				if set.Load() != 1 || removed.Load() != 1 {
					t.Fatalf("%d were set and %d removed, want one each", set.Load(), removed.Load())
				}
			}
		})
	}
}

// A SET XX never brings a key back that a DEL has removed, and a SET NX never
// overwrites what a plain SET wrote.
func TestConditionsAgainstPlainWrites(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			k := newKeyspace(store, "test")
			key := []byte("k")
			for range 300 {
				put(t, k, write{key: key, value: []byte("old")})
				var all sync.WaitGroup
				all.Go(func() {
					if _, err := k.put(t.Context(), write{key: key, value: []byte("xx"), when: ifPresent}, anyRoom); err != nil {
						t.Error(err)
					}
				})
				all.Go(func() {
					if n, err := k.remove(t.Context(), [][]byte{key}); n != 1 || err != nil {
						t.Errorf("removed %d, %v", n, err)
					}
				})
				all.Wait()
				if _, found, _ := k.get(t.Context(), key, anyRoom); found {
					t.Fatal("a removed key is back")
				}
				all.Go(func() { put(t, k, write{key: key, value: []byte("plain")}) })
				all.Go(func() { putIfAbsent(t, k, key) })
				all.Wait()
				if v, _, _ := k.get(t.Context(), key, anyRoom); string(v) != "plain" {
					t.Fatalf("the value is %q", v)
				}
			}
		})
	}
}

// A MSET is a plain write of several keys.
func TestConditionsAgainstBatches(t *testing.T) {
	m := memory(t)
	k := newKeyspace(struct {
		kvdb.Store
		kvdb.Batcher
	}{hesitant{m}, m}, "test")
	pairs := [][]byte{[]byte("k"), []byte("plain"), []byte("l"), []byte("plain")}
	for range 300 {
		var all sync.WaitGroup
		all.Go(func() {
			if err := k.putAll(t.Context(), pairs); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() { putIfAbsent(t, k, []byte("l")) })
		all.Wait()
		if v, _, _ := k.get(t.Context(), []byte("l"), anyRoom); string(v) != "plain" {
			t.Fatalf("the value is %q", v)
		}
		if n, err := k.remove(t.Context(), [][]byte{[]byte("k"), []byte("l")}); n != 2 || err != nil {
			t.Fatalf("removed %d, %v", n, err)
		}
	}
}

func putIfAbsent(t *testing.T, k *keyspace, key []byte) {
	if _, err := k.put(t.Context(), write{key: key, value: []byte("nx"), when: ifAbsent}, anyRoom); err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, k *keyspace, w write) {
	if done, err := k.put(t.Context(), w, anyRoom); !done || err != nil {
		t.Errorf("put: %t, %v", done, err)
	}
}

// Several locks at once, in any order, do not wait for each other for ever.
func TestLocksOfManyKeys(t *testing.T) {
	l := newKeyLocks()
	keys := make([][]byte, 2*lockStripes)
	for i := range keys {
		keys[i] = fmt.Append(nil, i)
	}
	var held atomic.Int64
	concurrently(func() {
		for range 50 {
			some := make([][]byte, 100)
			for i := range some {
				some[i] = keys[rand.IntN(len(keys))]
			}
			unlock := l.share(some)
			unlock()
			unlock = l.exclude(keys)
			if held.Add(1) != 1 {
				t.Error("two have all locks alone")
			}
			held.Add(-1)
			unlock()
		}
	})
}
