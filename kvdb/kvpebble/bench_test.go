package kvpebble_test

import (
	"encoding/binary"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// benchDB returns a database of 10,000 keys in its memtable, and a store on it.
func benchDB(b *testing.B) (*pebble.DB, *kvpebble.Store) {
	db := memoryDB(b)
	store, err := kvpebble.New(db, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(func() { _ = store.Close() })
	for i := range uint64(10_000) {
		if err := db.Set(benchKey(nil, i), make([]byte, 100), pebble.NoSync); err != nil {
			b.Fatal(err)
		}
	}
	return db, store
}

func benchKey(dst []byte, i uint64) []byte {
	return binary.BigEndian.AppendUint64(dst[:0], i%10_000)
}

// The difference between the two is what the adapter costs.
func BenchmarkGet(b *testing.B) {
	db, store := benchDB(b)
	engine := func(dst, key []byte) []byte {
		value, pin, err := db.Get(key)
		if err != nil {
			b.Fatal(err)
		}
		dst = append(dst, value...)
		if err := pin.Close(); err != nil {
			b.Fatal(err)
		}
		return dst
	}
	adapter := func(dst, key []byte) []byte {
		dst, err := store.AppendGet(b.Context(), dst, key)
		if err != nil {
			b.Fatal(err)
		}
		return dst
	}
	for _, bench := range []struct {
		name string
		get  func(dst, key []byte) []byte
	}{{"engine", engine}, {"adapter", adapter}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			var key, dst []byte
			for i := uint64(0); b.Loop(); i++ {
				key = benchKey(key, i)
				dst = bench.get(dst[:0], key)
			}
		})
		b.Run(bench.name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var key, dst []byte
				for i := uint64(0); pb.Next(); i++ {
					key = benchKey(key, i)
					dst = bench.get(dst[:0], key)
				}
			})
		})
	}
}

// A step of a scan, with and without the adapter.
func BenchmarkScan(b *testing.B) {
	db, store := benchDB(b)
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; n < b.N; {
			it, err := db.NewIter(nil)
			if err != nil {
				b.Fatal(err)
			}
			for ok := it.First(); ok && n < b.N; ok = it.Next() {
				n++
			}
			if err := it.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("adapter", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; n < b.N; {
			for _, err := range store.Scan(b.Context(), kvdb.Range{}) {
				if err != nil {
					b.Fatal(err)
				}
				if n++; n >= b.N {
					break
				}
			}
		}
	})
}
