package engine

import (
	"context"
	"path/filepath"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

func openPebble(_ context.Context, dir string) (kvdb.Store, error) { return kvpebble.Open(dir, nil) }

func openBolt(_ context.Context, dir string) (kvdb.Store, error) {
	return kvbolt.Open(filepath.Join(dir, "db"), nil)
}

func openBadger(_ context.Context, dir string) (kvdb.Store, error) { return kvbadger.Open(dir, nil) }

func openRedis(ctx context.Context, address string) (kvdb.Store, error) {
	return kvredis.Open(ctx, address, nil)
}

func openMemory(context.Context, string) (kvdb.Store, error) { return kvdb.NewMemory(nil), nil }
