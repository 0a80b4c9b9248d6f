package main

import (
	"context"

	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

// CLIENT TRACKING (ON | OFF) [BCAST] [PREFIX prefix ...] [OPTIN] [OPTOUT] [NOLOOP].
func runClientTracking(_ context.Context, c *client, args [][]byte) error {
	options, on, err := tracking.Parse(args[2:])
	if err != nil {
		return commandError(err.Error())
	}
	if on {
		if err := c.trackable(); err != nil {
			return err
		}
		if c.tracks == nil {
			c.tracks = c.server.tracks.Client(c.id, c.invalidate)
		}
		if err := c.tracks.On(options); err != nil {
			return commandError(err.Error())
		}
		c.showTracking()
	} else {
		c.stopTracking()
	}
	c.out.Simple("OK")
	return nil
}

// CLIENT CACHING (YES | NO).
func runClientCaching(_ context.Context, c *client, args [][]byte) error {
	if err := c.tracks.Caching(args[2]); err != nil {
		return commandError(err.Error())
	}
	c.out.Simple("OK")
	return nil
}

// CLIENT TRACKINGINFO.
func runClientTrackingInfo(_ context.Context, c *client, _ [][]byte) error {
	info := c.tracks.Info()
	c.out.Map(3)
	c.out.BulkString("flags")
	c.out.Set(len(info.Flags))
	for _, flag := range info.Flags {
		c.out.BulkString(flag)
	}
	c.out.BulkString("redirect")
	c.out.Int(info.Redirect)
	c.out.BulkString("prefixes")
	c.out.Array(len(info.Prefixes))
	for _, prefix := range info.Prefixes {
		c.out.BulkString(prefix)
	}
	return nil
}

// CLIENT GETREDIR. Invalidations go to the connection that tracks, which is 0; -1 is
// one that does not.
func runClientGetRedir(_ context.Context, c *client, _ [][]byte) error {
	c.out.Int(c.tracks.Info().Redirect)
	return nil
}
