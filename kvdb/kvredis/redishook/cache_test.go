package redishook_test

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A client with a cache tells how often it had the answer; one without has no such series.
func TestClientSideCache(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address, Protocol: 3, ClientSideCacheConfig: &redis.ClientSideCacheConfig{MaxEntries: 10}})
	client.Set(t.Context(), "key", "value", 0)
	process.Eventually(t, "an answer of the cache", func() bool {
		client.Get(t.Context(), "key")
		return client.CSCStats().Hits > 0
	})
	want := client.CSCStats()
	tel.instrument(t, client)
	for metric, value := range map[string]float64{
		"kvdb.engine.client_cache.hits": float64(want.Hits), "kvdb.engine.client_cache.misses": float64(want.Misses),
		"kvdb.engine.client_cache.entries": 1, "kvdb.engine.client_cache.size": float64(want.MemoryUsageBytes),
	} {
		tel.eventually(t, value, metric, "db.system.name", "redis")
	}
	plain := newTelemetry(t)
	plain.instrument(t, connect(t, &redis.Options{Addr: address}))
	plain.eventually(t, 0, "db.client.connection.pending_requests")
	if got := plain.collect(t).Find("kvdb.engine.client_cache.hits"); len(got) != 0 {
		t.Errorf("without a cache there is %v", got)
	}
}
