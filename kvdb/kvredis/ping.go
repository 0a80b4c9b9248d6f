package kvredis

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Ping implements [kvdb.Pinger] with PING; in a cluster with one to each primary, and the
// question to one of them whether the cluster is whole.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.enter(ctx, opPing); err != nil {
		return err
	}
	defer s.guard.leave()
	return s.wrap(ctx, opPing, s.ping(ctx))
}

func (s *Store) ping(ctx context.Context) error {
	if s.nodes == nil {
		return s.client.Ping(ctx).Err()
	}
	err := s.nodes.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return node.Ping(ctx).Err() })
	if err != nil {
		return err
	}
	state, err := s.client.ClusterInfo(ctx).Result()
	switch {
	case redis.HasErrorPrefix(err, "This instance has cluster support disabled"), redis.HasErrorPrefix(err, "NOPERM"):
		return nil // the client was told of slots by somebody else, or may not ask
	case err != nil:
		return err
	case strings.Contains(state, "cluster_state:fail"):
		return errClusterState
	}
	return nil
}
