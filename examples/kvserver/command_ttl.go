package main

import (
	"context"
	"time"
)

// TTL key, and PTTL key. Clients that cache ask with each read how long they may: -1 is
// for ever, and -2 that there is no such key.
func runTTL(ctx context.Context, c *client, args [][]byte) error {
	name := upper(args[0])
	if c.keys.db.hidesTTLs() {
		return c.keys.unsupported(name)
	}
	ttl, found, err := c.keys.ttl(ctx, args[1])
	switch {
	case err != nil:
		return err
	case !found:
		c.out.Int(-2)
	case ttl == 0:
		c.out.Int(-1)
	case name == "TTL":
		c.out.Int(int64(ttl.Round(time.Second) / time.Second))
	default:
		c.out.Int(ttl.Milliseconds())
	}
	return nil
}
