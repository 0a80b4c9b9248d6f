package kvpebble_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "orders")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	store, err := kvpebble.Open(dir, &kvpebble.OpenOptions{
		Namespace: "orders",
		Pebble:    &pebble.Options{MemTableSize: 16 << 20},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	if err := store.Put(ctx, []byte("order/1"), []byte("3 books")); err != nil {
		log.Fatal(err)
	}
	if err := store.Put(ctx, []byte("order/2"), []byte("1 lamp")); err != nil {
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

// A program that has a *pebble.DB keeps it, and lets the store see its write
// stalls.
func ExampleNew() {
	events := kvpebble.NewEvents()
	db, err := pebble.Open("db", &pebble.Options{
		FS:            vfs.NewMem(),
		Logger:        quiet{},
		EventListener: events.Listener(nil), // or the listener that is there already
	})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	store, err := kvpebble.New(db, &kvpebble.Options{Namespace: "orders", Events: events})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close() // leaves db open

	ctx := context.Background()
	if err := store.Put(ctx, []byte("order/1"), []byte("3 books")); err != nil {
		log.Fatal(err)
	}
	_, err = store.Get(ctx, []byte("order/2"))
	fmt.Println(err == kvdb.ErrNotFound)

	stats, err := store.AppendStats(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	for i, info := range store.StatInfos() {
		if info.Name == "kvdb.engine.write_stalls" {
			fmt.Println(info.Name, stats[i])
		}
	}
	// Output:
	// true
	// kvdb.engine.write_stalls 0
}

// quiet is a logger of Pebble that keeps its notes to itself.
type quiet struct{}

func (quiet) Infof(string, ...any)              {}
func (quiet) Errorf(format string, args ...any) { log.Printf(format, args...) }
func (quiet) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
