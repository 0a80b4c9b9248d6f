package main

import (
	"context"
	"errors"
)

const (
	// maxManyKeys is how many keys of a MGET the engine gets in one call, and
	// maxManyBytes how large their values are together, unless the first is larger.
	maxManyKeys  = 64
	maxManyBytes = 1 << 20
)

// MGET key [key ...]. Where the engine reads several keys in one call, it does
// so here.
func runMGet(ctx context.Context, c *client, args [][]byte) error {
	keys, flushes := args[1:], c.flushes
	c.out.Array(len(keys))
	for len(keys) > 0 {
		n, err := 0, error(nil)
		if c.keys.db.sizedMany != nil {
			n, err = c.getMany(ctx, keys[:min(len(keys), maxManyKeys)])
		}
		if n == 0 && err == nil { // the engine has no such call, or there was no room in it
			n, err = 1, c.get(ctx, keys[0])
		}
		switch {
		case errors.Is(err, errBudget) && c.flushes != flushes:
			c.refuse(err) // one value: the client has read others
		case err != nil:
			return err
		}
		if err := c.flushFull(); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// getMany replies with the values of some keys, as many as there is room for, and
// returns how many.
func (c *client) getMany(ctx context.Context, keys [][]byte) (n int, err error) {
	defer c.rooms.release()
	values, err := c.keys.db.getMany(ctx, keys, c.rooms.many)
	if err != nil {
		return 0, err
	}
	for _, value := range values {
		switch {
		case value == nil:
			c.out.Null()
		case len(value) <= fullReply:
			c.out.Bulk(value)
		default:
			if err := c.direct(value); err != nil {
				return 0, err
			}
		}
		if err := c.flushFull(); err != nil {
			return 0, err
		}
	}
	return len(values), nil
}
