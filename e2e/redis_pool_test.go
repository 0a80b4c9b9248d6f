package e2e

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
)

// A pool that is used up shows as connections in use, a request that waits, and
// the ones that gave up.
func TestPoolOfARealClient(t *testing.T) {
	server := redisserver.Start(t)
	client := redis.NewClient(&redis.Options{Addr: server.Address, PoolSize: 1, PoolTimeout: 50 * time.Millisecond, MaxRetries: -1})
	store := server.NewStore(client)

	blocked := make(chan error, 1)
	go func() { blocked <- client.BLPop(t.Context(), 0, "queue").Err() }()
	server.Eventually(t, "a connection in use", func() bool {
		p := client.PoolStats()
		return p.TotalConns == 1 && p.IdleConns == 0
	})
	if err := store.Put(t.Context(), []byte("key"), nil); !errors.Is(err, redis.ErrPoolTimeout) {
		t.Fatalf("Put without a connection: %v", err)
	}

	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	wrapped, err := instrument.Wrap(store, instrument.WithRegistry(registry))
	if err != nil {
		t.Fatal(err)
	}
	defer wrapped.Close()
	pool := []string{"db.client.connection.pool.name", server.Address + "/0"}
	var collected testutil.Samples
	server.Eventually(t, "the pool's metrics", func() bool {
		collected = testutil.Collect(t, producer)
		return len(collected.Find("db.client.connection.timeouts", pool...)) == 1
	})
	for name, want := range map[string]float64{
		"db.client.connection.max": 1, "db.client.connection.pending_requests": 0, "db.client.connection.timeouts": 1,
	} {
		if got := collected.Sum(name, pool...); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for state, want := range map[string]float64{"idle": 0, "used": 1} {
		if got := collected.Sum("db.client.connection.count", append(pool, "db.client.connection.state", state)...); got != want {
			t.Errorf("%v connections are %s, want %v", got, state, want)
		}
	}

	other := redis.NewClient(&redis.Options{Addr: server.Address})
	defer other.Close()
	if err := other.RPush(t.Context(), "queue", "v").Err(); err != nil {
		t.Fatal(err)
	}
	if err := <-blocked; err != nil {
		t.Errorf("BLPOP: %v", err)
	}
	if err := wrapped.Put(t.Context(), []byte("key"), nil); err != nil {
		t.Errorf("Put with a connection: %v", err)
	}
}
