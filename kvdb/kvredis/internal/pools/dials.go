package pools

import (
	"context"
	"errors"
	"net"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// Dials counts the attempts of a client to connect that failed: go-redis makes several for one
// connection. Classify gives an error its kind.
type Dials struct {
	Classify func(context.Context, error) error

	opened                      atomic.Bool // at least one did not fail
	timeout, unavailable, other atomic.Int64
}

// Watch counts those of a client from now on. go-redis has no way to end that. Nodes that a
// cluster's client has met already are not watched.
func (d *Dials) Watch(client redis.UniversalClient) {
	hook := &dialHook{d}
	Nodes(client, func(node redis.UniversalClient) { node.AddHook(hook) })
}

// failed returns the counts, which nobody knows without somebody who counts.
func (d *Dials) failed() kvdb.FailedDials {
	if d == nil {
		return kvdb.FailedDials{Timeout: unknown, Unavailable: unknown, Other: unknown}
	}
	return kvdb.FailedDials{Timeout: d.timeout.Load(), Unavailable: d.unavailable.Load(), Other: d.other.Load()}
}

// count counts one, unless its caller has gone away. A dial that took too long is a time-out here, though
// for the command that needed it the server is unavailable.
func (d *Dials) count(ctx context.Context, err error) {
	if err == nil {
		d.opened.Store(true)
		return
	}
	timeout, ok := errors.AsType[net.Error](err)
	kind := d.Classify(ctx, err)
	switch {
	case errors.Is(kind, kvdb.ErrTimeout), ok && timeout.Timeout():
		d.timeout.Add(1)
	case errors.Is(ctx.Err(), context.Canceled):
	case errors.Is(kind, kvdb.ErrUnavailable):
		d.unavailable.Add(1)
	default:
		d.other.Add(1)
	}
}

// A dialHook lets everything through and counts dials.
type dialHook struct{ dials *Dials }

var _ redis.Hook = (*dialHook)(nil)

// DialHook implements redis.Hook.
func (h *dialHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := next(ctx, network, address)
		h.dials.count(ctx, err)
		return conn, err
	}
}

// ProcessHook implements redis.Hook.
func (h *dialHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (h *dialHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
