package kvbolt_test

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// benchDB returns a database of 10,000 keys, and a store on it.
func benchDB(b *testing.B) (*bolt.DB, *kvbolt.Store) {
	db := openBolt(b, nil)
	store := borrow(b, db, nil)
	err := db.Update(func(tx *bolt.Tx) error {
		for i := range uint64(10_000) {
			if err := tx.Bucket([]byte("kv")).Put(benchKey(nil, i), make([]byte, 100)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return db, store
}

func benchKey(dst []byte, i uint64) []byte {
	return binary.BigEndian.AppendUint64(dst[:0], i%10_000)
}

// The difference between the two is what the adapter costs.
func BenchmarkGet(b *testing.B) {
	db, store := benchDB(b)
	for _, bench := range []struct {
		name string
		get  func(dst, key []byte) ([]byte, error)
	}{
		{"engine", func(dst, key []byte) ([]byte, error) {
			err := db.View(func(tx *bolt.Tx) error {
				dst = append(dst, tx.Bucket([]byte("kv")).Get(key)...)
				return nil
			})
			return dst, err
		}},
		{"adapter", func(dst, key []byte) ([]byte, error) { return store.AppendGet(b.Context(), dst, key) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var key, dst []byte
				for i := uint64(0); pb.Next(); i++ {
					var err error
					key = benchKey(key, i)
					if dst, err = bench.get(dst[:0], key); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// Durable writes of several goroutines: each its own transaction, bbolt's
// batches, and the adapter.
func BenchmarkPut(b *testing.B) {
	db, store := benchDB(b)
	value := make([]byte, 100)
	in := func(transact func(func(*bolt.Tx) error) error) func(key []byte) error {
		return func(key []byte) error {
			return transact(func(tx *bolt.Tx) error { return tx.Bucket([]byte("kv")).Put(key, value) })
		}
	}
	for _, writers := range []int{1, 4, 16, 64} {
		for _, bench := range []struct {
			name string
			put  func(key []byte) error
		}{
			{"update", in(db.Update)},
			{"batch", in(db.Batch)},
			{"adapter", func(key []byte) error { return store.Put(b.Context(), key, value) }},
		} {
			b.Run(fmt.Sprintf("writers=%d/%s", writers, bench.name), func(b *testing.B) {
				b.ReportAllocs()
				var left atomic.Int64
				left.Store(int64(b.N))
				done := make(chan error)
				for range writers {
					go func() {
						for {
							i := left.Add(-1)
							if i < 0 {
								done <- nil
								return
							}
							if err := bench.put(benchKey(nil, uint64(i))); err != nil {
								done <- err
								return
							}
						}
					}()
				}
				for range writers {
					if err := <-done; err != nil {
						b.Error(err)
					}
				}
			})
		}
	}
}

// A step of a scan, with and without the adapter.
func BenchmarkScan(b *testing.B) {
	db, store := benchDB(b)
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; n < b.N; {
			err := db.View(func(tx *bolt.Tx) error {
				c := tx.Bucket([]byte("kv")).Cursor()
				for k, _ := c.First(); k != nil && n < b.N; k, _ = c.Next() {
					n++
				}
				return nil
			})
			if err != nil {
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
