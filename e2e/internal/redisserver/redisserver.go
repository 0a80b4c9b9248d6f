// Package redisserver runs Redis for tests, and has as much of an adapter to it as a
// program writes for itself.
package redisserver

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb"
)

// A Server is a Redis server that keeps nothing.
type Server struct{ *redisserver.Server }

// Start runs a server until the end of the test, once it answers.
func Start(t testing.TB) *Server {
	t.Helper()
	return &Server{redisserver.Start(t)}
}

// A Store is a store behind a client of a server, with its pool. Close closes the
// client.
type Store struct {
	client *redis.Client
	info   kvdb.Info
}

// NewStore returns a store on the server, through a client of it.
func (s *Server) NewStore(client *redis.Client) *Store {
	return &Store{client, kvdb.Info{System: "redis", Namespace: "0", Remote: true, Address: s.Host, Port: s.Port}}
}

// Describe returns what the server is.
func (s *Store) Describe() kvdb.Info { return s.info }

// Get returns a value.
func (s *Store) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := s.client.Get(ctx, string(key)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, kvdb.ErrNotFound
	}
	return value, err
}

// Put sets a value.
func (s *Store) Put(ctx context.Context, key, value []byte) error {
	return s.client.Set(ctx, string(key), value, 0).Err()
}

// Delete removes a value.
func (s *Store) Delete(ctx context.Context, key []byte) error {
	return s.client.Del(ctx, string(key)).Err()
}

// Close closes the client.
func (s *Store) Close() error { return s.client.Close() }

// PoolStats returns what the client says of its pool.
func (s *Store) PoolStats(context.Context) (kvdb.PoolStats, error) {
	p := s.client.PoolStats()
	return kvdb.PoolStats{
		Idle: int64(p.IdleConns), Used: int64(p.TotalConns) - int64(p.IdleConns), Max: int64(s.client.Options().PoolSize),
		IdleMin: int64(s.client.Options().MinIdleConns), IdleMax: int64(s.client.Options().MaxIdleConns),
		Pending: int64(p.PendingRequests), Timeouts: int64(p.Timeouts),
		Waits: int64(p.WaitCount), WaitTime: time.Duration(p.WaitDurationNs),
		Dials: kvdb.FailedDials{Timeout: -1, Unavailable: -1, Other: -1},
	}, nil
}
