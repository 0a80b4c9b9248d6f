package redisserver

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// Follow makes the server a replica of a primary, which knows it under the port.
func (s *Server) Follow(t testing.TB, primary *Server, port int) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.Address})
	defer func() { _ = client.Close() }()
	for _, args := range [][]any{
		{"REPLICAOF", "NO", "ONE"},
		{"CONFIG", "SET", "replica-announce-port", port},
		{"REPLICAOF", primary.Host, primary.Port},
	} {
		if err := client.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// Replicated is a Store that knows the replicas of its server.
type Replicated struct{ *Store }

// ReplicationLag returns what the primary says of those that are connected.
func (r Replicated) ReplicationLag(ctx context.Context) (map[string]time.Duration, error) {
	info, err := r.client.Info(ctx, "replication").Result()
	if err != nil {
		return nil, &kvdb.Error{Op: "lag", Kind: kvdb.ErrLagUnknown, Err: err}
	}
	lags := make(map[string]time.Duration)
	for lines := bufio.NewScanner(strings.NewReader(info)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if number := strings.TrimPrefix(key, "slave"); number == key || strings.Trim(number, "0123456789") != "" {
			continue
		}
		of := make(map[string]string)
		for field := range strings.SplitSeq(value, ",") {
			k, v, _ := strings.Cut(field, "=")
			of[k] = v
		}
		seconds, err := strconv.Atoi(of["lag"])
		if err != nil {
			return nil, fmt.Errorf("redisserver: %q: %w", lines.Text(), err)
		}
		lag := time.Duration(seconds) * time.Second
		if of["state"] != "online" || lag < 0 {
			lag = kvdb.NotConnected
		}
		lags[of["ip"]+":"+of["port"]] = lag
	}
	return lags, nil
}
