package main

import (
	"context"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// PING [message].
func runPing(_ context.Context, c *client, args [][]byte) error {
	switch len(args) {
	case 1:
		c.out.Simple("PONG")
	case 2:
		return c.bulk(args[1])
	default:
		return errArity(find(args[0]))
	}
	return nil
}

// ECHO message.
func runEcho(_ context.Context, c *client, args [][]byte) error {
	return c.bulk(args[1])
}

// RESET. What a library tells of itself stays, as in Redis.
func runReset(_ context.Context, c *client, _ [][]byte) error {
	c.discard()
	c.stopTracking()
	c.setVersion(resp.Version2)
	c.choose(0)
	c.card.name.set(nil)
	c.card.noEvict.Store(false)
	c.card.noTouch.Store(false)
	c.out.Simple("RESET")
	return nil
}

// QUIT.
func runQuit(_ context.Context, c *client, _ [][]byte) error {
	c.leaving = true
	c.out.Simple("OK")
	return nil
}
