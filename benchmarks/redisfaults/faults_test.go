package redisfaults

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/benchmarks/internal/redisrival"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// What no telemetry may quote.
const (
	markedKey   = "marked-key-4711"
	markedValue = "marked-value-0815"
)

// addresses are those of the servers that the faults need.
type addresses struct{ Plain, Refused, Locked, Replica, Cluster string }

// A fault makes one call fail. Set-up is done by a client that nobody watches.
type fault struct {
	name    string
	options func(addresses, *redis.Options)
	prepare func(ctx context.Context, admin *redis.Client, c *redisrival.Client) (undo func(), err error)
	call    func(ctx context.Context, c *redisrival.Client) error
}

func get(ctx context.Context, c *redisrival.Client) error { return c.Get(ctx, markedKey) }
func put(ctx context.Context, c *redisrival.Client) error { return c.Put(ctx, markedKey, markedValue) }

func faults() []fault {
	return []fault{
		{name: "not found", call: get},
		{name: "cancelled", call: func(ctx context.Context, c *redisrival.Client) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return c.Get(ctx, markedKey)
		}},
		{
			name: "timeout", call: get, options: func(_ addresses, o *redis.Options) { o.ReadTimeout = 50 * time.Millisecond },
			prepare: func(ctx context.Context, admin *redis.Client, c *redisrival.Client) (func(), error) {
				err := errors.Join(c.Redis.Ping(ctx).Err(), admin.Do(ctx, "CLIENT", "PAUSE", "300", "ALL").Err())
				return func() { _ = admin.Ping(ctx).Err() }, err
			},
		},
		{name: "refused", call: get, options: func(a addresses, o *redis.Options) { o.Addr = a.Refused }},
		{name: "wrong type", call: get, prepare: func(ctx context.Context, admin *redis.Client, _ *redisrival.Client) (func(), error) {
			return nil, admin.LPush(ctx, markedKey, markedValue).Err()
		}},
		{name: "out of memory", call: put, prepare: func(ctx context.Context, admin *redis.Client, _ *redisrival.Client) (func(), error) {
			return func() { _ = admin.ConfigSet(ctx, "maxmemory", "0").Err() }, admin.ConfigSet(ctx, "maxmemory", "1").Err()
		}},
		{name: "moved", call: get, options: func(a addresses, o *redis.Options) { o.Addr = a.Cluster }},
		{name: "read-only replica", call: put, options: func(a addresses, o *redis.Options) { o.Addr = a.Replica }},
		{
			name: "pool exhausted", call: get, options: func(_ addresses, o *redis.Options) { o.PoolTimeout = 20 * time.Millisecond },
			prepare: func(ctx context.Context, _ *redis.Client, c *redisrival.Client) (func(), error) {
				held := c.Redis.Conn()
				return func() { _ = held.Close() }, held.Ping(ctx).Err()
			},
		},
		{name: "closed", call: get, prepare: func(_ context.Context, _ *redis.Client, c *redisrival.Client) (func(), error) {
			return nil, c.Redis.Close()
		}},
		{name: "auth", call: get, options: func(a addresses, o *redis.Options) { o.Addr = a.Locked }},
		{name: "a slow script", call: get, prepare: func(ctx context.Context, admin *redis.Client, _ *redisrival.Client) (func(), error) {
			ended := make(chan error, 1)
			go func() { ended <- admin.Eval(ctx, "while true do end", nil).Err() }()
			killer := redis.NewClient(&redis.Options{Addr: admin.Options().Addr, MaxRetries: -1})
			for ctx.Err() == nil {
				if err := killer.Ping(ctx).Err(); err != nil && strings.HasPrefix(err.Error(), "BUSY") {
					break
				}
			}
			return func() {
				_ = killer.ScriptKill(ctx).Err()
				<-ended
				_ = killer.Close()
			}, ctx.Err()
		}},
	}
}

// startServers runs what the faults need until the end of the test.
func startServers(t *testing.T) addresses {
	a := addresses{Refused: process.FreeAddress(t)}
	a.Plain = startRedis(t, "--busy-reply-threshold", "50")
	a.Locked = startRedis(t, "--requirepass", "password")
	a.Replica = startRedis(t, "--replicaof", strings.Replace(a.Plain, ":", " ", 1), "--replica-serve-stale-data", "yes")
	a.Cluster = startRedis(t, "--cluster-enabled", "yes")
	other := startRedis(t, "--cluster-enabled", "yes")
	one, two := connect(t, a.Cluster), connect(t, other)
	host, port, _ := strings.Cut(other, ":")
	slot := one.ClusterKeySlot(t.Context(), markedKey).Val()
	err := errors.Join(two.ClusterAddSlots(t.Context(), int(slot)).Err(), one.ClusterMeet(t.Context(), host, port).Err(),
		one.ConfigSet(t.Context(), "cluster-require-full-coverage", "no").Err(), two.ConfigSet(t.Context(), "cluster-require-full-coverage", "no").Err())
	if err != nil {
		t.Fatal(err)
	}
	rest := (slot + 1) % 16384
	if err := one.ClusterAddSlots(t.Context(), int(rest)).Err(); err != nil {
		t.Fatal(err)
	}
	process.Eventually(t, "a key that has moved", func() bool {
		err := one.Get(t.Context(), markedKey).Err()
		return err != nil && strings.HasPrefix(err.Error(), "MOVED")
	})
	return a
}
