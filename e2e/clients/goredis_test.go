package clients

import (
	"context"

	"github.com/redis/go-redis/v9"
)

type goRedis struct{ c *redis.Client }

func openGoRedis(_ context.Context, address, name string) (session, error) {
	return goRedis{redis.NewClient(&redis.Options{Addr: address, ClientName: name})}, nil
}

func (s goRedis) close() error { return s.c.Close() }

func (s goRedis) name(ctx context.Context) (string, error) {
	name, err := s.c.ClientGetName(ctx).Result()
	if err == redis.Nil {
		return "", nil
	}
	return name, err
}

func (s goRedis) set(ctx context.Context, key, value string) error {
	return s.c.Set(ctx, key, value, 0).Err()
}

func (s goRedis) setIf(ctx context.Context, present bool, key, value string) (bool, error) {
	if present {
		return s.c.SetXX(ctx, key, value, 0).Result()
	}
	return s.c.SetNX(ctx, key, value, 0).Result()
}

func (s goRedis) get(ctx context.Context, key string) (any, error) {
	value, err := s.c.Get(ctx, key).Result()
	if err == redis.Nil {
		return nil, nil
	}
	return value, err
}

func (s goRedis) del(ctx context.Context, keys ...string) (int64, error) {
	return s.c.Del(ctx, keys...).Result()
}

func (s goRedis) exists(ctx context.Context, keys ...string) (int64, error) {
	return s.c.Exists(ctx, keys...).Result()
}

func (s goRedis) mset(ctx context.Context, pairs ...string) error {
	return s.c.MSet(ctx, pairs).Err()
}

func (s goRedis) mget(ctx context.Context, keys ...string) ([]any, error) {
	return s.c.MGet(ctx, keys...).Result()
}

func (s goRedis) unknown(ctx context.Context) error {
	return s.c.Do(ctx, "NOSUCH", "argument").Err()
}

func (s goRedis) pipeline(ctx context.Context, keys []string) (values []any, err error) {
	p := s.c.Pipeline()
	for _, key := range keys {
		p.Set(ctx, key, key, 0)
	}
	gets := make([]*redis.StringCmd, len(keys))
	for i, key := range keys {
		gets[i] = p.Get(ctx, key)
	}
	_, err = p.Exec(ctx)
	for _, get := range gets {
		values = append(values, get.Val())
	}
	return values, err
}

func (s goRedis) transaction(ctx context.Context, key string) ([]any, error) {
	p := s.c.TxPipeline()
	set, get, del, exists := p.Set(ctx, key, "v", 0), p.Get(ctx, key), p.Del(ctx, key), p.Exists(ctx, key)
	_, err := p.Exec(ctx)
	return []any{set.Val(), get.Val(), del.Val(), exists.Val()}, err
}

func (s goRedis) scan(ctx context.Context, match string, count int, visit func(string)) error {
	it := s.c.Scan(ctx, 0, match, int64(count)).Iterator()
	for it.Next(ctx) {
		visit(it.Val())
	}
	return it.Err()
}
