package pools

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Nodes calls do for each client below one that has a pool of its own: nodes of a cluster when they are met
// first, shards of a ring, else the client itself.
func Nodes(client redis.UniversalClient, do func(redis.UniversalClient)) {
	onNode := func(node *redis.Client) { do(node) }
	switch client := client.(type) {
	case *redis.ClusterClient:
		client.OnNewNode(onNode)
	case *redis.Ring:
		client.OnNewNode(onNode)
		_ = client.ForEachShard(context.Background(), func(_ context.Context, node *redis.Client) error {
			onNode(node)
			return nil
		})
	default:
		do(client)
	}
}
