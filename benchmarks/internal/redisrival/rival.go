// Package redisrival opens a Redis client as its users have it: bare, with what this project has
// for it, or with its rivals. One of them is process-global, so a process opens one kind.
package redisrival

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
)

// Kinds of clients.
const (
	Bare      = "bare"             // the client
	Store     = "kvredis"          // a store on it, not wrapped
	Hook      = "hook"             // redishook on the client
	Adapter   = "adapter"          // a store on it, wrapped
	RedisOTel = "redisotel"        // tracing and metrics
	Native    = "redisotel-native" // all groups of metrics; it has no spans
)

// Kinds returns all of them.
func Kinds() []string { return []string{Bare, Store, Hook, Adapter, RedisOTel, Native} }

// A Telemetry is where a client reports.
type Telemetry struct {
	Registry *instrument.Registry // what is this project's
	Meters   metric.MeterProvider // what is a rival's
	Tracers  trace.TracerProvider
	Logger   *zap.Logger
}

// A Client is an instrumented one. Commands go through Redis, and single values of an adapter
// through Get and Put.
type Client struct {
	Redis *redis.Client
	Get   func(ctx context.Context, key string) error
	Put   func(ctx context.Context, key, value string) error
	Ends  []func() error // in the order of opening
}

var openers = map[string]func(*Client, *redis.Options, Telemetry) error{
	Bare: openBare, Store: openStore, Hook: openHook, Adapter: openAdapter, RedisOTel: openRedisOTel, Native: openNative,
}

// Open returns a client of a kind, which the caller closes. It does no I/O.
func Open(kind string, options *redis.Options, tel Telemetry) (*Client, error) {
	open := openers[kind]
	if open == nil {
		return nil, fmt.Errorf("%q is no kind of client", kind)
	}
	c := new(Client)
	if err := open(c, options, tel); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close closes what belongs to the client, and then the client.
func (c *Client) Close() error {
	var errs []error
	for i := len(c.Ends) - 1; i >= 0; i-- {
		errs = append(errs, c.Ends[i]())
	}
	return errors.Join(errs...)
}

func openBare(c *Client, options *redis.Options, _ Telemetry) error {
	c.Redis = redis.NewClient(options)
	c.Ends = append(c.Ends, c.Redis.Close)
	c.Get = func(ctx context.Context, key string) error { return c.Redis.Get(ctx, key).Err() }
	c.Put = func(ctx context.Context, key, value string) error { return c.Redis.Set(ctx, key, value, 0).Err() }
	return nil
}
