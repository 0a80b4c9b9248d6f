package kvredis

import (
	"context"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/pools"
)

const opDial = "dial"

// PoolStats implements [kvdb.PoolReader] with the counts of the client, the connections
// for pipelines among them; those for subscriptions are not. Of a cluster, limits and the requests that
// wait are not known. Attempts to connect are counted on a client of [Open]. On a borrowed client the
// counts are those of all its users. It does no I/O, but for a borrowed client of a cluster that
// was not used before, which asks for the nodes.
func (s *Store) PoolStats(ctx context.Context) (kvdb.PoolStats, error) {
	if err := s.enter(ctx, opStats); err != nil {
		return kvdb.PoolStats{}, err
	}
	defer s.guard.leave()
	return s.pool.PoolStats(ctx)
}

// newDials returns what counts the attempts of a client to connect.
func newDials() *pools.Dials {
	return &pools.Dials{Classify: func(ctx context.Context, err error) error { return wrap(ctx, opDial, err, false) }}
}
