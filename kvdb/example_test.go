package kvdb_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strconv"

	"github.com/otelkv/otelkv/kvdb"
)

func ExampleNewMemory() {
	ctx := context.Background()
	store := kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: "greetings"})
	defer store.Close()

	if err := store.Put(ctx, []byte("hello"), []byte("world")); err != nil {
		log.Fatal(err)
	}
	value, err := store.Get(ctx, []byte("hello"))
	fmt.Printf("%s %v\n", value, err)

	_, err = store.Get(ctx, []byte("goodbye"))
	fmt.Println(err == kvdb.ErrNotFound)
	// Output:
	// world <nil>
	// true
}

func ExampleAs() {
	ctx := context.Background()
	var store kvdb.Store = kvdb.NewMemory(nil)
	defer store.Close()

	if pinger, ok := kvdb.As[kvdb.Pinger](store); ok {
		fmt.Println("ping:", pinger.Ping(ctx))
	}
	if _, ok := kvdb.As[kvdb.TTLPutter](store); !ok {
		fmt.Println("values do not expire")
	}
	// Output:
	// ping: <nil>
	// values do not expire
}

func ExampleCapabilities() {
	store := kvdb.NewMemory(nil)
	defer store.Close()
	for _, name := range kvdb.Capabilities(store) {
		fmt.Println(name)
	}
	// Output:
	// Appender
	// Batcher
	// Describer
	// Exister
	// MultiGetter
	// Pinger
	// PrefixScanner
	// Scanner
	// SizedGetter
	// SizedMultiGetter
	// Swapper
	// Updater
	// Viewer
}

func ExampleError() {
	store := kvdb.NewMemory(nil)
	store.Close()

	err := store.Put(context.Background(), []byte("k"), nil)
	fmt.Println(err)
	fmt.Println(errors.Is(err, kvdb.ErrClosed))

	var e *kvdb.Error
	if errors.As(err, &e) {
		fmt.Println("failed to", e.Op)
	}
	// Output:
	// kvdb: put: closed
	// true
	// failed to put
}

func ExampleAppender() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()
	_ = store.Put(ctx, []byte("k"), []byte("value"))

	buf := make([]byte, 0, 64) // for many reads
	buf, err := store.AppendGet(ctx, buf[:0], []byte("k"))
	fmt.Printf("%s %v\n", buf, err)
	// Output: value <nil>
}

func ExampleBatcher() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()

	err := store.Apply(ctx, []kvdb.Mutation{
		{Key: []byte("new"), Value: []byte("1")},
		{Key: []byte("old"), Delete: true},
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleMultiGetter() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()
	_ = store.Put(ctx, []byte("a"), []byte("1"))

	values, err := store.GetMany(ctx, [][]byte{[]byte("a"), []byte("b")})
	fmt.Printf("%s %t %v\n", values[0], values[1] == nil, err)
	// Output: 1 true <nil>
}

func ExampleScanner() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()
	for _, name := range []string{"cherry", "apple", "banana", "date"} {
		_ = store.Put(ctx, []byte(name), []byte(name[:1]))
	}

	r := kvdb.Range{Start: []byte("b"), Reverse: true, Limit: 2}
	for entry, err := range store.Scan(ctx, r) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s=%s\n", entry.Key, entry.Value)
	}
	// Output:
	// date=d
	// cherry=c
}

func ExamplePrefixScanner() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()
	for _, key := range []string{"user/1", "user/2", "users", "group/1"} {
		_ = store.Put(ctx, []byte(key), nil)
	}

	for entry, err := range store.ScanPrefix(ctx, []byte("user/")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", entry.Key)
	}
	// Output:
	// user/1
	// user/2
}

func ExampleViewer() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()
	_ = store.Put(ctx, []byte("k"), []byte("old"))

	err := store.View(ctx, func(r kvdb.Reader) error {
		_ = store.Put(ctx, []byte("k"), []byte("new"))
		value, err := r.Get(ctx, []byte("k"))
		fmt.Printf("%s\n", value)
		return err
	})
	fmt.Println(err)
	// Output:
	// old
	// <nil>
}

func ExampleUpdater() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()
	key := []byte("visits")
	_ = store.Put(ctx, key, []byte("41"))

	err := store.Update(ctx, func(txn kvdb.Txn) error {
		value, err := txn.Get(ctx, key)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(string(value))
		if err != nil {
			return err
		}
		return txn.Put(ctx, key, strconv.AppendInt(nil, int64(n+1), 10))
	})
	value, _ := store.Get(ctx, key)
	fmt.Printf("%s %v\n", value, err)
	// Output: 42 <nil>
}

func ExampleSwapper() {
	ctx := context.Background()
	store := kvdb.NewMemory(nil)
	defer store.Close()

	lock := []byte("lock")
	first, _ := store.CompareAndSwap(ctx, lock, nil, []byte("me"))
	second, _ := store.CompareAndSwap(ctx, lock, nil, []byte("you"))
	fmt.Println(first, second)
	// Output: true false
}
