package redishook

import (
	"context"

	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/pools"
)

// newDials returns what counts the attempts of a client to connect.
func newDials() *pools.Dials {
	return &pools.Dials{Classify: func(ctx context.Context, err error) error { return kvredis.Classify(ctx, "dial", err) }}
}
