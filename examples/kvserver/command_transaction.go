package main

import "context"

// MULTI.
func runMulti(_ context.Context, c *client, _ [][]byte) error {
	if c.multi != nil {
		return commandError("MULTI calls can not be nested")
	}
	c.multi = new(transaction)
	c.card.queued.Store(0)
	c.out.Simple("OK")
	return nil
}

// EXEC. Either all commands since MULTI are done, or none.
func runExec(ctx context.Context, c *client, _ [][]byte) error {
	if c.multi == nil {
		return commandError("EXEC without MULTI")
	}
	defer c.discard()
	if c.multi.failed {
		return codedError("EXECABORT Transaction discarded because of previous errors.")
	}
	return c.exec(ctx)
}

// DISCARD.
func runDiscard(_ context.Context, c *client, _ [][]byte) error {
	if c.multi == nil {
		return commandError("DISCARD without MULTI")
	}
	c.discard()
	c.out.Simple("OK")
	return nil
}

// WATCH key [key ...]. The next EXEC does nothing if one of them is written before
// it.
func runWatch(ctx context.Context, c *client, args [][]byte) error {
	if c.multi != nil {
		return commandError("WATCH inside MULTI is not allowed")
	}
	if c.keys.db.remote { // others write the keys, too
		return c.keys.unsupported("WATCH")
	}
	if err := c.watch(args[1:]); err != nil {
		return err
	}
	if err := c.watchExpiry(ctx, args[1:]); err != nil {
		return err
	}
	c.out.Simple("OK")
	return nil
}

// UNWATCH.
func runUnwatch(_ context.Context, c *client, _ [][]byte) error {
	c.unwatch()
	c.out.Simple("OK")
	return nil
}
