package kvredis

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// unknownLimit is that of a cluster, which has a pool for each node that it met.
const unknownLimit = -1

// A pool keeps what its counts must not fall below: those of a cluster are of the nodes
// that it has now.
type pool struct {
	max int64

	mu   sync.Mutex
	last kvdb.PoolStats
}

func (p *pool) limit(opts *redis.Options) {
	p.max = int64(opts.PoolSize)
	switch {
	case opts.PipelinePoolSize > 0:
		p.max += int64(opts.PipelinePoolSize)
	case opts.PipelinePoolSize == 0:
		p.max += redis.DefaultPipelinePoolSize
	}
}

// PoolStats implements [kvdb.PoolReader] with the counts of the client, the connections
// for pipelines among them; those for subscriptions are not. Of a cluster the limit is not
// known. On a borrowed client the counts are those of all its users. It does no I/O.
func (s *Store) PoolStats(ctx context.Context) (kvdb.PoolStats, error) {
	if err := s.enter(ctx, opStats); err != nil {
		return kvdb.PoolStats{}, err
	}
	defer s.guard.leave()
	all := s.client.PoolStats()
	now := kvdb.PoolStats{Max: s.pool.max}
	add(&now, all)
	if all.PipelineStats != nil {
		add(&now, (*redis.PoolStats)(all.PipelineStats))
	}
	return s.pool.grown(now), nil
}

func add(to *kvdb.PoolStats, p *redis.PoolStats) {
	idle := min(p.IdleConns, p.TotalConns) // they are not read at one moment
	to.Idle += int64(idle)
	to.Used += int64(p.TotalConns - idle)
	to.Pending += int64(p.PendingRequests)
	to.Timeouts += int64(p.Timeouts)
	to.Waits += int64(p.WaitCount)
	to.WaitTime += time.Duration(p.WaitDurationNs)
}

// grown returns a state whose counts are none below those of the one before.
func (p *pool) grown(now kvdb.PoolStats) kvdb.PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	now.Timeouts = max(now.Timeouts, p.last.Timeouts)
	now.Waits = max(now.Waits, p.last.Waits)
	now.WaitTime = max(now.WaitTime, p.last.WaitTime)
	p.last = now
	return now
}
