package redisrival

import (
	"errors"
	"fmt"

	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
)

// openRedisOTel instruments a client as the README of redisotel does.
func openRedisOTel(c *Client, options *redis.Options, tel Telemetry) error {
	if err := openBare(c, options, tel); err != nil {
		return err
	}
	err := errors.Join(
		redisotel.InstrumentTracing(c.Redis, redisotel.WithTracerProvider(tel.Tracers)),
		redisotel.InstrumentMetrics(c.Redis, redisotel.WithMeterProvider(tel.Meters)),
	)
	if err != nil {
		return fmt.Errorf("redisotel: %w", err)
	}
	return nil
}
