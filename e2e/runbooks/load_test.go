package runbooks

import (
	"context"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
)

// load makes some load until the end of the test, as far as the server takes it.
func (p *instance) load(t *testing.T, address string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-ended //otelkv:waitok each call has a limit
	})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			converse(ctx, address)
		}
	}()
}

// converse sends commands for as long as a connection lasts.
func converse(ctx context.Context, address string) {
	const limit = 5 * time.Second
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	c, err := redis.DialContext(ctx, "tcp", address,
		redis.DialConnectTimeout(limit), redis.DialReadTimeout(limit), redis.DialWriteTimeout(limit))
	if err == nil {
		defer c.Close()
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err != nil || c.Err() != nil {
			return
		}
		_, _ = c.Do("SET", "cart", "1")
		_, _ = c.Do("GET", "cart")
	}
}
