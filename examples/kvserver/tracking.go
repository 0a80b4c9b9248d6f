package main

import (
	"context"
	"strings"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

// tracking are the limits of the table of keys that clients have in their caches.
func (l limits) tracking() tracking.Limits { return tracking.DefaultLimits(l.memory) }

// remember enters the keys that a command is about to read, if the client tracks, and
// finds out when they expire for those who may hold them.
func (c *client) remember(ctx context.Context, cmd *command, args [][]byte) {
	expires := c.keys.db.ttlGetter != nil
	told := c.tracks.Tracking() || expires && c.server.tracks.Broadcasting()
	if !told || !cmd.reads() {
		return
	}
	for _, key := range cmd.keys.of(args) {
		entered := c.tracks.Remember(key)
		if !expires || !entered && !c.server.tracks.Broadcasts(key) {
			continue
		}
		switch ttl, _, err := c.keys.ttl(ctx, key); {
		case err != nil:
			c.server.tracks.Expires(key, 0) // nobody knows
		case ttl > 0:
			c.server.tracks.Expires(key, ttl)
		}
	}
}

// tracked ends what CLIENT CACHING has said for the command that has run; nil is one
// that there is not. Those of CLIENT leave it as it is.
func (c *client) tracked(cmd *command) {
	if c.tracks != nil && (cmd == nil || !strings.HasPrefix(cmd.name, "client|")) {
		c.tracks.Ran()
	}
}

// invalidate sends an invalidation from any goroutine. If there is no room the client
// is told to drop all keys: it misses none, and is not waited for.
func (c *client) invalidate(message []byte) {
	if !c.push(message) {
		c.outbox.replace(tracking.All())
		c.reads.wake()
	}
}

func (c *client) stopTracking() {
	c.tracks.Off()
	c.showTracking()
}

// showTracking brings the card up to date.
func (c *client) showTracking() {
	c.card.tracks.Store(c.tracks.Tracking())
	c.card.broadcast.Store(c.tracks.Broadcasts())
}

const (
	errLosesInvalidations = commandError("HELLO 2 would lose the invalidations of CLIENT TRACKING: turn it off first")
	errNoPushes           = commandError("CLIENT TRACKING needs the pushes of protocol version 3: send HELLO 3 first")
)

// trackable returns why the client cannot track, if so. In version 2 Redis says OK and
// sends nothing.
func (c *client) trackable() error {
	switch {
	case c.out.Version() < resp.Version3:
		return errNoPushes
	case c.keys.db.remote, c.keys.db.hidesTTLs(): // nobody tells when others write a key, or it expires
		return c.keys.unsupported("CLIENT TRACKING")
	}
	return nil
}
