package main

import (
	"context"
	"math"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
)

// SELECT index.
func runSelect(_ context.Context, c *client, args [][]byte) error {
	n, err := parseInt(args[1])
	switch {
	case err != nil:
		return err
	case n < math.MinInt32 || n > math.MaxInt32:
		return commandError("value is out of range, value must between -2147483648 and 2147483647")
	case n < 0 || n >= database.Count:
		return commandError("DB index is out of range")
	}
	c.choose(database.Index(n))
	c.out.Simple("OK")
	return nil
}

// choose makes another database the client's.
func (c *client) choose(index database.Index) {
	c.keys.choose(index)
	c.card.database.Store(int32(index))
}

// DBSIZE counts by reading every key: engines do not know how many there are.
func runDBSize(ctx context.Context, c *client, _ [][]byte) error {
	if c.keys.db.scanner == nil {
		return c.keys.unsupported("DBSIZE")
	}
	n := 0
	for _, err := range c.keys.db.scan(ctx, nil, nil, 0) {
		if err != nil {
			return err
		}
		if n++; n%checkEvery == 0 {
			if err := ended(ctx); err != nil {
				return err
			}
		}
	}
	c.out.Int(int64(n))
	return nil
}

// FLUSHDB [ASYNC | SYNC]. It is done when the reply comes, in either case.
func runFlushDB(ctx context.Context, c *client, args [][]byte) error {
	return c.flushKeys(ctx, args, (*keyspace).flush)
}

// FLUSHALL [ASYNC | SYNC].
func runFlushAll(ctx context.Context, c *client, args [][]byte) error {
	return c.flushKeys(ctx, args, (*keyspace).flushAll)
}

func (c *client) flushKeys(ctx context.Context, args [][]byte, flush func(*keyspace, context.Context) error) error {
	if len(args) > 2 || len(args) == 2 && upper(args[1]) != "SYNC" && upper(args[1]) != "ASYNC" {
		return errSyntax
	}
	if c.keys.db.scanner == nil {
		return c.keys.unsupported(upper(args[0]))
	}
	if !c.server.budget.Take(flushMemory) {
		return errRunning
	}
	defer c.server.budget.Give(flushMemory)
	defer c.server.tracks.Flushed() // also when it fails, or panics
	if err := flush(c.keys, ctx); err != nil {
		return err
	}
	c.out.Simple("OK")
	return nil
}
