package main

import (
	"context"

	"github.com/otelkv/otelkv/kvdb"
)

// DEL key [key ...]. The reply is how many of them there were.
func runDel(ctx context.Context, c *client, args [][]byte) error {
	n, err := c.keys.remove(ctx, c.value[:0], args[1:])
	if err != nil {
		return err
	}
	c.out.Int(int64(n))
	return nil
}

// EXISTS key [key ...]. A key that is named twice counts twice.
func runExists(ctx context.Context, c *client, args [][]byte) error {
	n := 0
	for _, key := range args[1:] {
		value, found, err := c.keys.get(ctx, c.value[:0], key)
		if err != nil {
			return err
		}
		if found {
			n++
		}
		if len(value) <= keptBuffer {
			c.value = value // for the next one
		}
	}
	c.out.Int(int64(n))
	return nil
}

// DBSIZE counts by reading every key: engines do not know how many there are.
func runDBSize(ctx context.Context, c *client, _ [][]byte) error {
	if c.keys.scanner == nil {
		return c.keys.unsupported("DBSIZE")
	}
	n := 0
	for _, err := range c.keys.scanner.Scan(ctx, kvdb.Range{}) {
		if err != nil {
			return err
		}
		if n++; n%checkEvery == 0 && ctx.Err() != nil {
			return kvdb.CheckContext(ctx, "scan")
		}
	}
	c.out.Int(int64(n))
	return nil
}

// checkEvery is after how many keys a long loop looks whether it should end.
const checkEvery = 1024
