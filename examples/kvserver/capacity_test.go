package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

func TestCapacity(t *testing.T) {
	engine := func(name string) engine {
		e, err := engineNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, tt := range []struct {
		engine                       string
		memory, clients, descriptors int
		want                         capacity
		err                          string
	}{
		{engine: "memory", memory: 128 << 20, want: capacity{clients: 2730, memory: 128 << 20}},
		{engine: "memory", memory: 1 << 30, want: capacity{clients: 10000, memory: 1 << 30}},
		{engine: "pebble", memory: 128 << 20, want: capacity{clients: 2730, memory: 128 << 20, cache: 16 << 20, table: 4 << 20, files: 1000}},
		{engine: "pebble", memory: 128 << 20, descriptors: 20000, want: capacity{clients: 2730, memory: 128 << 20, cache: 16 << 20, table: 4 << 20, files: 1000}},
		{engine: "pebble", memory: 128 << 20, descriptors: 1024, want: capacity{clients: 704, memory: 128 << 20, cache: 16 << 20, table: 4 << 20, files: 256}},
		{engine: "pebble", memory: 128 << 20, descriptors: 160, want: capacity{clients: 16, memory: 128 << 20, cache: 16 << 20, table: 4 << 20, files: 80}},
		{engine: "pebble", memory: 1 << 30, want: capacity{clients: 10000, memory: 1 << 30, cache: 128 << 20, table: 4 << 20, files: 1000}},
		{engine: "pebble", memory: 8 << 20, want: capacity{clients: 170, memory: 8 << 20, cache: 1 << 20, table: 256 << 10, files: 1000}},
		{engine: "badger", memory: 128 << 20, want: capacity{clients: 2730, memory: 128 << 20, cache: 8 << 20, table: 8 << 20, files: 1000}},
		{engine: "badger", memory: 16 << 20, want: capacity{clients: 341, memory: 16 << 20, cache: 1 << 20, table: 1 << 20, files: 1000}},
		{engine: "badger", memory: 16<<20 - 1, err: "use 16MiB or more"},
		{engine: "badger", memory: 4 << 30, want: capacity{clients: 10000, memory: 4 << 30, cache: 256 << 20, table: 64 << 20, files: 1000}},
		{engine: "bolt", memory: 128 << 20, descriptors: 256, want: capacity{clients: 184, memory: 128 << 20, files: 8}},
		{engine: "memory", memory: 128 << 20, clients: 3, descriptors: 256, want: capacity{clients: 3, memory: 128 << 20}},
		{engine: "memory", memory: 8 << 20, want: capacity{clients: 170, memory: 8 << 20}},

		{engine: "memory", memory: 8<<20 - 1, err: "use 8MiB or more"},
		{engine: "pebble", memory: 128 << 20, descriptors: 159, err: "may have 159 files and connections open: raise that to 160 or more (ulimit -n), of which 144 are for itself and engine pebble"},
		{engine: "memory", memory: 128 << 20, descriptors: 64, err: "raise that to 80 or more"},
		{engine: "memory", memory: 128 << 20, clients: 6000, err: "of 128MiB of -memory half is for at most 2730 clients: give it 282MiB"},
		{engine: "memory", memory: 282 << 20, clients: 6000, want: capacity{clients: 6000, memory: 282 << 20}},
		{engine: "bolt", memory: 128 << 20, clients: 1000, descriptors: 1024, err: "raise that (ulimit -n), or ask for at most 952"},
	} {
		got, err := newCapacity(tt.memory, tt.clients, tt.descriptors, engine(tt.engine))
		if tt.err == "" && (err != nil || got != tt.want) || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("%+v: %+v, %v", tt, got, err)
		}
	}
}

// What the table says of engines is so.
func TestEngineTable(t *testing.T) {
	for _, e := range engines {
		store, err := e.open(t.Context(), openOptions{dir: t.TempDir(), target: targetOf(t, e), has: capacity{cache: 8 << 20, table: 4 << 20, files: 100}})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := kvdb.As[kvdb.TTLPutter](store); ok != e.expires {
			t.Errorf("engine %s: keys expire: %t", e.name, ok)
		}
		if _, ok := kvdb.As[kvdb.TTLGetter](store); ok != e.expires {
			t.Errorf("engine %s: it tells when: %t", e.name, ok)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// An engine opens with the least memory, writes values that are kept apart, and its tables
// and its cache are no more than its part.
func TestEngineMemory(t *testing.T) {
	tables := map[string]int{"pebble": mostTables, "badger": badgerWaiting + 2}
	for _, e := range engines {
		if e.divide == nil {
			continue
		}
		for _, memory := range []int{max(leastMemory, e.leastMemory), defaultMemory, 1 << 30} {
			has, err := newCapacity(memory, 0, 0, e)
			if err != nil {
				t.Fatal(err)
			}
			if sum := has.cache + tables[e.name]*has.table; sum > has.engine() || has.limits().memory != memory-has.engine() {
				t.Errorf("engine %s has %v of %v in caches and tables, and %v are for it", e.name, size(sum), size(memory), size(has.engine()))
			}
			if memory > defaultMemory {
				continue // which it would take
			}
			store, err := e.open(t.Context(), openOptions{dir: t.TempDir(), has: has})
			if err != nil {
				t.Fatalf("engine %s with %v: %v", e.name, size(memory), err)
			}
			for _, n := range []int{1, leastApart - 1, leastApart, 1 << 20} {
				if err := store.Put(t.Context(), []byte("k"), make([]byte, n)); err != nil {
					t.Errorf("engine %s with %v: a value of %v: %v", e.name, size(memory), size(n), err)
				}
			}
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// Pebble has values that are large in files apart from their keys, and small ones beside
// them.
func TestPebbleKeepsLargeValuesApart(t *testing.T) {
	for size, want := range map[int]bool{leastApart - 1: false, leastApart: true} {
		dir := t.TempDir()
		e, err := engineNamed("pebble")
		if err != nil {
			t.Fatal(err)
		}
		store, err := e.open(t.Context(), openOptions{dir: dir, has: capacity{cache: 8 << 20, table: 4 << 20, files: 100}})
		if err != nil {
			t.Fatal(err)
		}
		tables := newEngineTables(store, mostPebbleTable)
		for i := range 200 { // more than is left in memory
			if err := store.Put(t.Context(), fmt.Appendf(nil, "%03d", i), make([]byte, size)); err != nil {
				t.Fatal(err)
			}
		}
		for tables.full(t.Context()) {
			runtime.Gosched()
		}
		apart, err := filepath.Glob(filepath.Join(dir, "*.blob"))
		if err != nil || len(apart) > 0 != want {
			t.Errorf("values of %d bytes are in %q, %v", size, apart, err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}
