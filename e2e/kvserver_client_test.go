package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	program "github.com/otelkv/otelkv/e2e/internal/kvserver"
)

// The Go client of Redis asks for version 3 of the protocol first, and works
// with version 2.
func TestKVServerGoRedis(t *testing.T) {
	for _, engine := range kvengines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			c := startKVServer(t, "-engine", engine).client(t, 1)
			if err := c.Set(ctx, "k", "v", 0).Err(); err != nil {
				t.Fatal(err)
			}
			if v, err := c.Get(ctx, "k").Result(); v != "v" || err != nil {
				t.Errorf("Get: %q, %v", v, err)
			}
			if _, err := c.Get(ctx, "nothing").Result(); err != redis.Nil {
				t.Errorf("Get of nothing: %v", err)
			}
			if set, err := c.SetNX(ctx, "k", "w", 0).Result(); set || err != nil {
				t.Errorf("SetNX: %t, %v", set, err)
			}
			if set, err := c.SetXX(ctx, "k", "w", 0).Result(); !set || err != nil {
				t.Errorf("SetXX: %t, %v", set, err)
			}
			err := c.Set(ctx, "k", "v", time.Minute).Err()
			if program.Expires(engine) != (err == nil) || err != nil && !strings.Contains(err.Error(), "does not support EX") {
				t.Errorf("Set with a TTL: %v", err)
			}
			if err := c.MSet(ctx, "a", "1", "b", "2").Err(); err != nil {
				t.Errorf("MSet: %v", err)
			}
			if v, err := c.MGet(ctx, "a", "nothing", "b").Result(); fmt.Sprint(v) != "[1 <nil> 2]" || err != nil {
				t.Errorf("MGet: %v, %v", v, err)
			}
			if n, err := c.Exists(ctx, "a", "b", "c").Result(); n != 2 || err != nil {
				t.Errorf("Exists: %d, %v", n, err)
			}
			if n, err := c.Del(ctx, "a", "b", "c").Result(); n != 2 || err != nil {
				t.Errorf("Del: %d, %v", n, err)
			}
			checkPipeline(t, c)
			checkScan(t, c)
			checkTransaction(t, c)
			// What there is not leaves the one connection usable.
			for _, command := range [][]any{{"incr", "k"}, {"hset", "h", "f", "v"}, {"get"}, {"subscribe", "c"}} {
				var reply redis.Error
				if err := c.Do(ctx, command...).Err(); !errors.As(err, &reply) {
					t.Errorf("%v: %v, want an error of the server", command, err)
				}
			}
			if s, err := c.Ping(ctx).Result(); s != "PONG" || err != nil {
				t.Errorf("Ping: %q, %v", s, err)
			}
			if n := c.PoolStats().Misses; n != 1 {
				t.Errorf("%d connections were made, want 1", n)
			}
		})
	}
}

// checkPipeline sends many commands at once, an unknown one among them.
func checkPipeline(t *testing.T, c *redis.Client) {
	t.Helper()
	ctx := t.Context()
	pipe := c.Pipeline()
	var gets []*redis.StringCmd
	for i := range 1000 {
		pipe.Set(ctx, fmt.Sprintf("p%04d", i), i, 0)
	}
	unknown := pipe.LPush(ctx, "list", "x")
	for i := range 1000 {
		gets = append(gets, pipe.Get(ctx, fmt.Sprintf("p%04d", i)))
	}
	_, _ = pipe.Exec(ctx)
	if unknown.Err() == nil {
		t.Error("LPush succeeded")
	}
	for i, get := range gets {
		if v, err := get.Int(); v != i || err != nil {
			t.Fatalf("the %dth Get of a pipeline: %d, %v", i, v, err)
		}
	}
}

func checkScan(t *testing.T, c *redis.Client) {
	t.Helper()
	var keys []string
	it := c.Scan(t.Context(), 0, "p*", 100).Iterator()
	for it.Next(t.Context()) {
		keys = append(keys, it.Val())
	}
	if err := it.Err(); err != nil || len(keys) != 1000 || !slices.IsSorted(keys) {
		t.Errorf("Scan: %d keys, %v; want the 1000 of the pipeline", len(keys), err)
	}
}

// checkTransaction reads what it wrote in one transaction, and has another one spoiled
// by a write of the key that it watches.
func checkTransaction(t *testing.T, c *redis.Client) {
	t.Helper()
	ctx := t.Context()
	var read *redis.StringCmd
	_, err := c.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.Set(ctx, "t", "1", 0)
		read = pipe.Get(ctx, "t")
		return nil
	})
	if v, getErr := read.Result(); err != nil || getErr != nil || v != "1" {
		t.Errorf("TxPipelined: %v; it read %q, %v", err, v, getErr)
	}
	for _, tt := range []struct {
		spoil bool
		want  error
		left  string
	}{{false, nil, "2"}, {true, redis.TxFailedErr, "spoiled"}} {
		err := c.Watch(ctx, func(tx *redis.Tx) error {
			n, err := tx.Get(ctx, "t").Int()
			if err != nil {
				return err
			}
			if tt.spoil {
				if err := tx.Set(ctx, "t", "spoiled", 0).Err(); err != nil {
					return err
				}
			}
			_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
				pipe.Set(ctx, "t", n+1, 0)
				return nil
			})
			return err
		}, "t")
		if v, getErr := c.Get(ctx, "t").Result(); err != tt.want || getErr != nil || v != tt.left {
			t.Errorf("spoiled %t: %v; it left %q, %v", tt.spoil, err, v, getErr)
		}
	}
}
