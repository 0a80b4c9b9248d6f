package linearizability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/redis/go-redis/v9"
)

// A client calls one command after another, on one connection.
type client struct {
	id, db  int
	redis   *redis.Client
	random  *rand.Rand
	began   time.Time // of all clients
	history []porcupine.Operation
}

// few keys, for clients to meet at them.
var few = []string{"a", "b", "\x00c"}

// run calls until ctx is done, so many times at most.
func (c *client) run(ctx context.Context, most int) error {
	for n := 0; n < most && ctx.Err() == nil; n++ {
		next := call{db: c.db, key: few[c.random.IntN(len(few))], value: fmt.Sprint(c.id, ":", n)}
		next.kind = []kind{get, get, get, get, set, set, setAbsent, setThere, del, exists, exchange, exchange, take}[c.random.IntN(13)]
		called := time.Since(c.began)
		r, err := c.do(context.WithoutCancel(ctx), next)
		returned := time.Since(c.began)
		if err != nil {
			return fmt.Errorf("%s: %w", next.kind, err)
		}
		c.history = append(c.history, porcupine.Operation{
			ClientId: c.id, Input: next, Call: int64(called), Output: r, Return: int64(returned),
		})
	}
	return nil
}

func (c *client) do(ctx context.Context, next call) (r result, err error) {
	switch next.kind {
	case get:
		r.value, err = found(c.redis.Get(ctx, next.key))
	case set:
		err = c.redis.Set(ctx, next.key, next.value, 0).Err()
	case setAbsent:
		r.done, err = c.redis.SetNX(ctx, next.key, next.value, 0).Result()
	case setThere:
		r.done, err = c.redis.SetXX(ctx, next.key, next.value, 0).Result()
	case del:
		r.done, err = one(c.redis.Del(ctx, next.key))
	case exists:
		r.done, err = one(c.redis.Exists(ctx, next.key))
	case exchange:
		tx := c.redis.TxPipeline()
		old := tx.Get(ctx, next.key)
		tx.Set(ctx, next.key, next.value, 0)
		if _, err = tx.Exec(ctx); err == nil || err == redis.Nil {
			r.value, err = found(old)
		}
	case take:
		tx := c.redis.TxPipeline()
		old, removed, still := tx.Get(ctx, next.key), tx.Del(ctx, next.key), tx.Exists(ctx, next.key)
		if _, err = tx.Exec(ctx); err != nil && err != redis.Nil {
			return r, err
		}
		if still.Val() != 0 {
			return r, fmt.Errorf("EXISTS is %d after DEL", still.Val())
		}
		if r.value, err = found(old); err == nil {
			r.done, err = one(removed)
		}
	}
	return r, err
}

func found(reply *redis.StringCmd) (state, error) {
	switch value, err := reply.Result(); err {
	case nil:
		return state{value, true}, nil
	case redis.Nil:
		return state{}, nil
	default:
		return state{}, err
	}
}

func one(reply *redis.IntCmd) (bool, error) {
	n, err := reply.Result()
	return n == 1, err
}
