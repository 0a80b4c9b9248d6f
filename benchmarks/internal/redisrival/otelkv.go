package redisrival

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/kvdb/kvredis/redishook"
)

func (tel Telemetry) options() []instrument.Option {
	return []instrument.Option{
		instrument.WithRegistry(tel.Registry), instrument.WithTracerProvider(tel.Tracers), instrument.WithLogger(tel.Logger),
	}
}

func openHook(c *Client, options *redis.Options, tel Telemetry) error {
	if err := openBare(c, options, tel); err != nil {
		return err
	}
	hook, err := redishook.Instrument(c.Redis, tel.options()...)
	if err != nil {
		return fmt.Errorf("the hook: %w", err)
	}
	c.Ends = append(c.Ends, hook.Close)
	return nil
}

func openStore(c *Client, options *redis.Options, tel Telemetry) error {
	store, err := newStore(c, options, tel)
	if err != nil {
		return err
	}
	c.use(store)
	return nil
}

func openAdapter(c *Client, options *redis.Options, tel Telemetry) error {
	store, err := newStore(c, options, tel)
	if err != nil {
		return err
	}
	wrapped, err := instrument.Wrap(store, tel.options()...)
	if err != nil {
		return fmt.Errorf("the decorator: %w", err)
	}
	c.use(wrapped)
	return nil
}

func newStore(c *Client, options *redis.Options, tel Telemetry) (kvdb.Store, error) {
	if err := openBare(c, options, tel); err != nil {
		return nil, err
	}
	store, err := kvredis.New(c.Redis, nil)
	if err != nil {
		return nil, fmt.Errorf("the adapter: %w", err)
	}
	return store, nil
}

func (c *Client) use(store kvdb.Store) {
	c.Ends = append(c.Ends, store.Close)
	c.Get = func(ctx context.Context, key string) error {
		_, err := store.Get(ctx, []byte(key))
		return err
	}
	c.Put = func(ctx context.Context, key, value string) error {
		return store.Put(ctx, []byte(key), []byte(value))
	}
}
