package kvbadger_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "sessions")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	store, err := kvbadger.Open(filepath.Join(dir, "sessions"), &kvbadger.OpenOptions{
		GarbageInterval: 10 * time.Minute, // or the value log keeps what has been replaced
	})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	if err := store.PutTTL(ctx, []byte("session/1"), []byte("Ada"), time.Hour); err != nil {
		log.Fatal(err)
	}
	for entry, err := range store.ScanPrefix(ctx, []byte("session/")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s\n", entry.Key, entry.Value)
	}
	// Output:
	// session/1: Ada
}

// A program that has a *badger.DB keeps it. The events make its flushes, compactions and
// failures known to the store.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	events := kvbadger.NewEvents()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(events.Logger(nil)))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	store, err := kvbadger.New(db, &kvbadger.Options{Namespace: "shop", Events: events})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	err = store.Update(ctx, func(txn kvdb.Txn) error {
		return txn.Put(ctx, []byte("lamp"), []byte("12 in stock"))
	})
	if err != nil {
		log.Fatal(err)
	}
	value, err := store.Get(ctx, []byte("lamp"))
	fmt.Printf("%s %v\n", value, err)
	// Output:
	// 12 in stock <nil>
}
