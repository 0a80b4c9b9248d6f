package times

import (
	"context"
	"net"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb/kvredis/internal/pools"
)

// How go-redis calls the further pools of a client.
const (
	pipelines     = "_pipeline"
	subscriptions = "_pubsub"
)

// asking is where a command that learns the name of its pool has its learner.
type asking struct{}

// A learner is the hook that learns the names of a client's pools, and sees dials. go-redis cannot take it
// back: it knows its Times by a link that ends with them.
type learner struct {
	address string // with which the names begin
	known   atomic.Bool
	link    *link
}

// A link leads from the learners of a client to its Times until those are closed.
type link struct{ times atomic.Pointer[Times] }

var _ redis.Hook = (*learner)(nil)

// Watch measures a client from now on, and the nodes that a cluster's client meets.
func (t *Times) Watch(client redis.UniversalClient) {
	if t == nil {
		return
	}
	to := t.link
	pools.Nodes(client, func(node redis.UniversalClient) {
		l := &learner{link: to}
		if single, ok := node.(*redis.Client); ok {
			l.address = single.Options().Addr + "_"
		}
		node.AddHook(l)
	})
}

// learn takes the name of the pool that a command of the client asks. One within a hook may be another client's.
func (l *learner) learn(r *recorder, pool string) {
	t := l.link.times.Load()
	if t == nil || !strings.HasPrefix(pool, l.address) || l.known.Swap(true) {
		return
	}
	pool = strings.TrimSuffix(pool, pipelines)
	names := []string{pool, pool + pipelines}
	r.learn(t, names...)
	runtime.AddCleanup(l, r.forget, names)
}

// asks returns the context of a command that tells which pool it asks, until that is known.
func (l *learner) asks(ctx context.Context) context.Context {
	if l.known.Load() || l.link.times.Load() == nil {
		return ctx
	}
	return context.WithValue(ctx, asking{}, l)
}

// DialHook implements redis.Hook.
func (l *learner) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := next(ctx, network, address)
		if t := l.link.times.Load(); t != nil && err == nil {
			t.connected(conn.RemoteAddr())
		}
		return conn, err
	}
}

// ProcessHook implements redis.Hook.
func (l *learner) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return next(l.asks(ctx), cmd) }
}

// ProcessPipelineHook implements redis.Hook.
func (l *learner) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { return next(l.asks(ctx), cmds) }
}
