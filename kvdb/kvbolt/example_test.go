package kvbolt_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "orders")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	store, err := kvbolt.Open(filepath.Join(dir, "orders.db"), &kvbolt.OpenOptions{
		Bolt: &bolt.Options{InitialMmapSize: 1 << 30}, // room to grow without waiting for readers
	})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	err = store.Apply(ctx, []kvdb.Mutation{
		{Key: []byte("order/1"), Value: []byte("3 books")},
		{Key: []byte("order/2"), Value: []byte("1 lamp")},
	})
	if err != nil {
		log.Fatal(err)
	}
	for entry, err := range store.ScanPrefix(ctx, []byte("order/")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s\n", entry.Key, entry.Value)
	}
	// Output:
	// order/1: 3 books
	// order/2: 1 lamp
}

// A program that has a *bolt.DB keeps it, and uses one of its buckets as a
// store.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := bolt.Open(filepath.Join(dir, "shop.db"), 0o600, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	store, err := kvbolt.New(db, &kvbolt.Options{Bucket: "stock"})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close() // leaves db open

	ctx := context.Background()
	if err := store.Put(ctx, []byte("lamp"), []byte("7")); err != nil {
		log.Fatal(err)
	}
	err = db.View(func(tx *bolt.Tx) error {
		fmt.Printf("%s lamps\n", tx.Bucket([]byte("stock")).Get([]byte("lamp")))
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: 7 lamps
}

// Both accounts change, or neither does.
func ExampleStore_Update() {
	dir, err := os.MkdirTemp("", "accounts")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store, err := kvbolt.Open(filepath.Join(dir, "accounts.db"), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	err = store.Update(ctx, func(txn kvdb.Txn) error {
		if err := txn.Put(ctx, []byte("ada"), []byte("20")); err != nil {
			return err
		}
		return txn.Put(ctx, []byte("bob"), []byte("80"))
	})
	if err != nil {
		log.Fatal(err)
	}
	balances, err := store.GetMany(ctx, [][]byte{[]byte("ada"), []byte("bob"), []byte("eve")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %s %t\n", balances[0], balances[1], balances[2] == nil)
	// Output: 20 80 true
}
