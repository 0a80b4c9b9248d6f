package clients

import (
	"context"

	"github.com/gomodule/redigo/redis"
)

type redigo struct{ c redis.Conn }

func openRedigo(ctx context.Context, address, name string) (session, error) {
	c, err := redis.DialContext(ctx, "tcp", address, redis.DialClientName(name))
	return redigo{c}, err
}

func (s redigo) close() error { return s.c.Close() }

func (s redigo) do(ctx context.Context, command string, args ...any) (any, error) {
	return redis.DoContext(s.c, ctx, command, args...)
}

func (s redigo) name(ctx context.Context) (string, error) {
	name, err := redis.String(s.do(ctx, "CLIENT", "GETNAME"))
	if err == redis.ErrNil {
		return "", nil
	}
	return name, err
}

func (s redigo) set(ctx context.Context, key, value string) error {
	_, err := redis.String(s.do(ctx, "SET", key, value))
	return err
}

func (s redigo) setIf(ctx context.Context, present bool, key, value string) (bool, error) {
	option := "NX"
	if present {
		option = "XX"
	}
	_, err := redis.String(s.do(ctx, "SET", key, value, option))
	if err == redis.ErrNil {
		return false, nil
	}
	return err == nil, err
}

func (s redigo) get(ctx context.Context, key string) (any, error) {
	value, err := redis.String(s.do(ctx, "GET", key))
	if err == redis.ErrNil {
		return nil, nil
	}
	return value, err
}

func (s redigo) del(ctx context.Context, keys ...string) (int64, error) {
	return redis.Int64(s.do(ctx, "DEL", anys(keys)...))
}

func (s redigo) exists(ctx context.Context, keys ...string) (int64, error) {
	return redis.Int64(s.do(ctx, "EXISTS", anys(keys)...))
}

func (s redigo) mset(ctx context.Context, pairs ...string) error {
	_, err := redis.String(s.do(ctx, "MSET", anys(pairs)...))
	return err
}

func (s redigo) mget(ctx context.Context, keys ...string) ([]any, error) {
	values, err := redis.Values(s.do(ctx, "MGET", anys(keys)...))
	return plain(values), err
}

func (s redigo) unknown(ctx context.Context) error {
	_, err := s.do(ctx, "NOSUCH", "argument")
	return err
}

func (s redigo) pipeline(ctx context.Context, keys []string) (values []any, err error) {
	for _, key := range keys {
		if err := s.c.Send("SET", key, key); err != nil {
			return nil, err
		}
	}
	for _, key := range keys {
		if err := s.c.Send("GET", key); err != nil {
			return nil, err
		}
	}
	replies, err := redis.Values(s.do(ctx, "")) // flushes, and receives all
	if err != nil {
		return nil, err
	}
	return plain(replies[len(keys):]), nil
}

func (s redigo) transaction(ctx context.Context, key string) ([]any, error) {
	for _, command := range [][]any{{"SET", key, "v"}, {"GET", key}, {"DEL", key}, {"EXISTS", key}} {
		if command[0] == "SET" {
			if err := s.c.Send("MULTI"); err != nil {
				return nil, err
			}
		}
		if err := s.c.Send(command[0].(string), command[1:]...); err != nil {
			return nil, err
		}
	}
	replies, err := redis.Values(s.do(ctx, "EXEC"))
	return plain(replies), err
}

func (s redigo) scan(ctx context.Context, match string, count int, visit func(string)) error {
	for cursor := "0"; ; {
		reply, err := redis.Values(s.do(ctx, "SCAN", cursor, "MATCH", match, "COUNT", count))
		if err != nil {
			return err
		}
		var keys []string
		if _, err := redis.Scan(reply, &cursor, &keys); err != nil {
			return err
		}
		for _, key := range keys {
			visit(key)
		}
		if cursor == "0" {
			return nil
		}
	}
}

func anys(words []string) []any {
	all := make([]any, len(words))
	for i, word := range words {
		all[i] = word
	}
	return all
}

// plain returns the replies with strings for bytes.
func plain(replies []any) []any {
	for i, reply := range replies {
		if b, ok := reply.([]byte); ok {
			replies[i] = string(b)
		}
	}
	return replies
}
