package redishook

import (
	"context"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/pools"
)

// A cachingSource is a pool, and the cache that its client has in the program's memory.
type cachingSource struct {
	*pools.Pool
	client *redis.Client
}

var _ kvdb.StatsReader = cachingSource{}

// newSource returns what is read of a client in the background.
func newSource(client redis.UniversalClient, pool *pools.Pool) any {
	if c, ok := client.(*redis.Client); ok && tellsOfCache(c.Options()) {
		return cachingSource{pool, c}
	}
	return pool
}

// tellsOfCache reports whether a client has a cache with statistics: that of go-redis, or one of
// the program's that has some.
func tellsOfCache(opts *redis.Options) bool {
	if opts.ClientSideCache == nil {
		return opts.ClientSideCacheConfig != nil
	}
	_, ok := opts.ClientSideCache.(interface{ Stats() redis.CSCStats })
	return ok
}

// StatInfos declares the statistics of a hooked client that has a cache of its own; another
// one has none. The caller owns the result.
func StatInfos() []kvdb.StatInfo {
	info := func(name, unit, help string, counter bool) kvdb.StatInfo {
		return kvdb.StatInfo{Name: name, Unit: unit, Help: help, Counter: counter, Stability: kvdb.StabilityDevelopment}
	}
	return []kvdb.StatInfo{
		info("kvdb.engine.client_cache.hits", "{access}", "Reads that the client's own cache answered", true),
		info("kvdb.engine.client_cache.misses", "{access}", "Reads that the client's own cache could not answer", true),
		info("kvdb.engine.client_cache.entries", "{entry}", "Entries of the client's own cache", false),
		info("kvdb.engine.client_cache.size", "By", "Memory of the client's own cache", false),
	}
}

// StatInfos implements [kvdb.StatsReader] with those of the package.
func (cachingSource) StatInfos() []kvdb.StatInfo { return StatInfos() }

// AppendStats implements [kvdb.StatsReader] without I/O.
func (s cachingSource) AppendStats(_ context.Context, dst []float64) ([]float64, error) {
	c := s.client.CSCStats()
	return append(dst, float64(c.Hits), float64(c.Misses), float64(c.Entries), float64(c.MemoryUsageBytes)), nil
}
