package e2e

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
)

// A redisStore is as much of an adapter as a program writes for itself: the pool
// is that of the client.
type redisStore struct {
	client *redis.Client
	info   kvdb.Info
}

func (s *redisStore) Describe() kvdb.Info { return s.info }

func (s *redisStore) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := s.client.Get(ctx, string(key)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, kvdb.ErrNotFound
	}
	return value, err
}

func (s *redisStore) Put(ctx context.Context, key, value []byte) error {
	return s.client.Set(ctx, string(key), value, 0).Err()
}

func (s *redisStore) Delete(ctx context.Context, key []byte) error {
	return s.client.Del(ctx, string(key)).Err()
}

func (s *redisStore) Close() error { return s.client.Close() }

func (s *redisStore) PoolStats(context.Context) (kvdb.PoolStats, error) {
	p := s.client.PoolStats()
	return kvdb.PoolStats{
		Idle: int64(p.IdleConns), Used: int64(p.TotalConns) - int64(p.IdleConns), Max: int64(s.client.Options().PoolSize),
		Pending: int64(p.PendingRequests), Timeouts: int64(p.Timeouts),
		Waits: int64(p.WaitCount), WaitTime: time.Duration(p.WaitDurationNs),
	}, nil
}

// A pool that is used up shows as connections in use, a request that waits, and
// the ones that gave up.
func TestPoolOfARealClient(t *testing.T) {
	address := process.FreeAddress(t)
	server := startRedis(t, address)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: address, PoolSize: 1, PoolTimeout: 50 * time.Millisecond, MaxRetries: -1})
	store := &redisStore{client, kvdb.Info{System: "redis", Namespace: "0", Remote: true, Address: host, Port: number}}

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
	pool := []string{"db.client.connection.pool.name", address + "/0"}
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

	other := redis.NewClient(&redis.Options{Addr: address})
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
