package main

import "context"

// TTL key, and PTTL key. Clients that cache ask with each read how long they may: -1 is
// for ever, and -2 that there is no such key. How long an engine that has TTLs keeps
// one is not known.
func runTTL(ctx context.Context, c *client, args [][]byte) error {
	if c.keys.db.ttlPutter != nil {
		return c.keys.unsupported(upper(args[0]))
	}
	found, err := c.keys.exists(ctx, args[1])
	switch {
	case err != nil:
		return err
	case found:
		c.out.Int(-1)
	default:
		c.out.Int(-2)
	}
	return nil
}
