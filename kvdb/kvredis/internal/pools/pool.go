// Package pools reads the connections of go-redis clients, for the store and the hook alike.
package pools

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	unknown   = -1
	unlimited = 0
)

// A Pool is what a client's connections are read from. It is safe for concurrent use.
type Pool struct {
	Times func() kvdb.PoolTimes // nil where nobody measures them; set before the first reading

	client  redis.UniversalClient
	dials   *Dials // nil where nobody counts them
	limits  kvdb.PoolStats
	pending bool // the client counts requests that wait
	awaited bool // the client would ask servers for its nodes

	mu   sync.Mutex
	last kvdb.PoolStats
}

// Of returns the pool of a client. Dials counts those of the client, if it is not nil.
func Of(client redis.UniversalClient, dials *Dials) *Pool {
	p := &Pool{client: client, dials: dials, limits: kvdb.PoolStats{Max: unknown, IdleMin: unknown, IdleMax: unknown}}
	switch client := client.(type) {
	case *redis.Client:
		p.limits, p.pending = limits(client.Options()), true
	case *redis.ClusterClient:
		p.awaited = dials != nil
	}
	return p
}

// limits returns what a client's options allow, its connections for pipelines among
// them, of which none is kept in reserve.
func limits(opts *redis.Options) kvdb.PoolStats {
	pipelines := 0
	switch {
	case opts.PipelinePoolSize > 0:
		pipelines = opts.PipelinePoolSize
	case opts.PipelinePoolSize == 0:
		pipelines = redis.DefaultPipelinePoolSize
	}
	l := kvdb.PoolStats{Max: int64(opts.PoolSize + pipelines), IdleMin: int64(opts.MinIdleConns), IdleMax: unlimited}
	if most := opts.MaxIdleConns; most > 0 {
		l.IdleMax = int64(most + min(most, pipelines))
	}
	return l
}

// PoolStats implements [kvdb.PoolReader]. Counts do not fall: those of a cluster are of the nodes
// that it has now. Its nodes are not asked for before one has been dialed, where
// dials are counted.
func (p *Pool) PoolStats(context.Context) (kvdb.PoolStats, error) {
	now := p.limits
	now.Dials = p.dials.failed()
	if !p.awaited || p.dials.opened.Load() {
		all := p.client.PoolStats()
		add(&now, all)
		if all.PipelineStats != nil {
			add(&now, (*redis.PoolStats)(all.PipelineStats))
		}
	}
	if !p.pending {
		now.Pending = unknown
	}
	if p.Times != nil {
		now.Times = p.Times()
	}
	return p.grown(now), nil
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
func (p *Pool) grown(now kvdb.PoolStats) kvdb.PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	now.Timeouts = max(now.Timeouts, p.last.Timeouts)
	now.Waits = max(now.Waits, p.last.Waits)
	now.WaitTime = max(now.WaitTime, p.last.WaitTime)
	p.last = now
	return now
}
