package kvredis_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// A server, the primary that sentinels know, and a cluster.
func ExampleOpen() { //nolint:testableexamples // it needs servers
	ctx := context.Background()
	carts, err := kvredis.Open(ctx, "rediss://shop:secret@redis.example:6379/2", &kvredis.OpenOptions{
		Options: kvredis.Options{Namespace: "carts"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer carts.Close()

	orders, err := kvredis.Open(ctx, "a.example:26379,b.example:26379,c.example:26379", &kvredis.OpenOptions{
		Options: kvredis.Options{Namespace: "orders"},
		Redis:   &redis.UniversalOptions{MasterName: "orders"},
		Timeout: 10 * time.Second,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer orders.Close()

	stock, err := kvredis.Open(ctx, "cluster.example:6379", &kvredis.OpenOptions{
		Options: kvredis.Options{Namespace: "stock"},
		Redis:   &redis.UniversalOptions{IsClusterMode: true, PoolSize: 50},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stock.Close()
}

// The client that a program has stays its own.
func ExampleNew() { //nolint:testableexamples // it needs a server
	client := redis.NewClient(&redis.Options{Addr: "redis.example:6379"})
	defer client.Close()
	store, err := kvredis.New(client, &kvredis.Options{Namespace: "carts"})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	err = store.Apply(ctx, []kvdb.Mutation{
		{Key: []byte("{cart/1}/books"), Value: []byte("3")}, // one slot of a cluster, by the braces
		{Key: []byte("{cart/1}/lamps"), Value: []byte("1")},
	})
	if err != nil {
		log.Fatal(err)
	}
	for entry, err := range store.ScanPrefix(ctx, []byte("{cart/1}/")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s\n", entry.Key, entry.Value)
	}
}
