package health

import (
	"context"
	"errors"

	"github.com/otelkv/otelkv/kvdb"
)

// Ping checks that a store answers, with its capability [kvdb.Pinger]. Pass the
// store below its instrumentation to keep pings out of the metrics of
// operations; through package instrument they are recorded as ping. A store
// that is closed or corrupt or whose engine has failed, and a refused connection, fail
// it at once. It says
// the name and "down": "database down".
func Ping(name string, store kvdb.Store) Check {
	c := newCheck(name, "down", 0)
	if c.noStore(store) {
		return c
	}
	c.Network = overNetwork(store)
	pinger, ok := kvdb.As[kvdb.Pinger](store)
	if !ok {
		c.err = errors.New("the store has no Pinger; RoundTrip works with every store")
		return c
	}
	c.Run = func(ctx context.Context) error { return final(pinger.Ping(ctx)) }
	return c
}
