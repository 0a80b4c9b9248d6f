package times

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// A recorder is what go-redis tells of all clients of the process. It hands on what is of a pool that it
// knows, by the name of the pool, of which each has another.
type recorder struct {
	pools atomic.Pointer[map[string][]*Times] // replaced, never changed

	mu    sync.Mutex // of who replaces it
	users int        // guarded by mu
	lost  bool       // somebody else's is in its place; guarded by mu

	probes, answered sync.Map // by the address of a client that nobody uses
}

var (
	_ redis.OTelRecorder          = (*recorder)(nil)
	_ redis.OTelConnectionCounter = (*recorder)(nil)
	_ redis.OTelPoolRegistrar     = (*recorder)(nil)
)

func (r *recorder) of(pool string) []*Times {
	if all := r.pools.Load(); all != nil {
		return (*all)[pool]
	}
	return nil
}

// change replaces the pools.
func (r *recorder) change(do func(map[string][]*Times)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := make(map[string][]*Times)
	if all := r.pools.Load(); all != nil {
		maps.Copy(next, *all)
	}
	do(next)
	r.pools.Store(&next)
}

// learn hands on from now on what is of pools.
func (r *recorder) learn(t *Times, pools ...string) {
	r.change(func(all map[string][]*Times) {
		for _, pool := range pools {
			if !t.closed.Load() && !slices.Contains(all[pool], t) {
				all[pool] = append(slices.Clone(all[pool]), t)
			}
		}
	})
}

// drop hands on nothing more to a client's Times.
func (r *recorder) drop(t *Times) {
	r.change(func(all map[string][]*Times) {
		for pool, of := range all {
			if of = slices.DeleteFunc(slices.Clone(of), func(other *Times) bool { return other == t }); len(of) > 0 {
				all[pool] = of
			} else {
				delete(all, pool)
			}
		}
	})
}

// forget drops the pools of a client that is gone, such as that of a node of a cluster.
func (r *recorder) forget(pools []string) {
	r.change(func(all map[string][]*Times) {
		for _, pool := range pools {
			delete(all, pool)
		}
	})
}

// RecordConnectionWaitTime implements redis.OTelRecorder.
func (r *recorder) RecordConnectionWaitTime(_ context.Context, took time.Duration, conn redis.ConnInfo) {
	if conn == nil {
		return
	}
	for _, t := range r.of(conn.PoolName()) {
		t.waited(took, conn.RemoteAddr())
	}
}

// RecordConnectionCreateTime implements redis.OTelRecorder.
func (r *recorder) RecordConnectionCreateTime(_ context.Context, took time.Duration, conn redis.ConnInfo) {
	if conn == nil {
		return
	}
	for _, t := range r.of(conn.PoolName()) {
		t.created(took, conn.RemoteAddr())
	}
}

// RecordConnectionClosed implements redis.OTelRecorder.
func (r *recorder) RecordConnectionClosed(_ context.Context, conn redis.ConnInfo, _ string, _ error) {
	if conn == nil {
		return
	}
	for _, t := range r.of(conn.PoolName()) {
		_, _ = t.forget(conn.RemoteAddr())
	}
}

// RecordPendingRequests implements redis.OTelConnectionCounter: before anything else a command tells
// which pool it asks, from which a client's first command learns the name.
func (r *recorder) RecordPendingRequests(ctx context.Context, delta int, _ redis.ConnInfo, pool string) {
	if delta <= 0 {
		return
	}
	if l, ok := ctx.Value(asking{}).(*learner); ok {
		l.learn(r, pool)
	}
}

// RecordConnectionCount implements redis.OTelConnectionCounter. A subscription's connection comes from a pool
// that tells no times.
func (r *recorder) RecordConnectionCount(_ context.Context, delta int, conn redis.ConnInfo, _ string, subscription bool) {
	if !subscription || delta <= 0 || conn == nil {
		return
	}
	for _, t := range r.of(strings.TrimSuffix(conn.PoolName(), subscriptions)) {
		_, _ = t.forget(conn.RemoteAddr())
	}
}

// RegisterPool implements redis.OTelPoolRegistrar. It is told of clients that nobody uses but to find out
// whether it is.
func (r *recorder) RegisterPool(pool string, _ redis.Pooler) {
	if address, _, ok := strings.Cut(pool, "_"); ok {
		if _, asked := r.probes.Load(address); asked {
			r.answered.Store(address, nil)
		}
	}
}

// UnregisterPool implements redis.OTelPoolRegistrar.
func (*recorder) UnregisterPool(redis.Pooler) {}

// RegisterPubSubPool implements redis.OTelPoolRegistrar.
func (*recorder) RegisterPubSubPool(string, redis.PubSubPooler) {}

// UnregisterPubSubPool implements redis.OTelPoolRegistrar.
func (*recorder) UnregisterPubSubPool(redis.PubSubPooler) {}

// RecordOperationDuration implements redis.OTelRecorder.
func (*recorder) RecordOperationDuration(context.Context, time.Duration, redis.Cmder, int, error, redis.ConnInfo, int) {
}

// RecordPipelineOperationDuration implements redis.OTelRecorder.
func (*recorder) RecordPipelineOperationDuration(context.Context, time.Duration, string, int, int, error, redis.ConnInfo, int) {
}

// RecordConnectionRelaxedTimeout implements redis.OTelRecorder.
func (*recorder) RecordConnectionRelaxedTimeout(context.Context, int, redis.ConnInfo, string, string) {
}

// RecordConnectionHandoff implements redis.OTelRecorder.
func (*recorder) RecordConnectionHandoff(context.Context, redis.ConnInfo, string) {}

// RecordError implements redis.OTelRecorder.
func (*recorder) RecordError(context.Context, string, redis.ConnInfo, string, bool, int) {}

// RecordMaintenanceNotification implements redis.OTelRecorder.
func (*recorder) RecordMaintenanceNotification(context.Context, redis.ConnInfo, string) {}

// RecordPubSubMessage implements redis.OTelRecorder.
func (*recorder) RecordPubSubMessage(context.Context, redis.ConnInfo, string, string, bool) {}

// RecordStreamLag implements redis.OTelRecorder.
func (*recorder) RecordStreamLag(context.Context, time.Duration, redis.ConnInfo, string, string, string) {
}
