package kvredis

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// Classify returns an error of a go-redis client as one of a [Store] would be: with its kind,
// and with a text that quotes no keys and values. It is for programs that call the client
// themselves, such as package redishook does. The context is that of the call, and op
// names it, as in "GET". The client's own error is below, for errors.As, but for one that
// the end of the context explains.
//
// redis.Nil is kvdb.ErrNotFound, redis.TxFailedErr is of the kind kvdb.ErrConflict, and nil stays nil.
func Classify(ctx context.Context, op string, err error) error {
	switch {
	case err == nil:
		return nil
	case err == redis.Nil || errors.Is(err, redis.Nil): //nolint:errorlint // the common case, before the costly one
		return kvdb.ErrNotFound
	case errors.Is(err, redis.TxFailedErr):
		return &kvdb.Error{Op: op, Kind: kvdb.ErrConflict}
	}
	return wrap(ctx, op, err, false)
}
