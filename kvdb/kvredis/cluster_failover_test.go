package kvredis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
)

// A primary of a cluster is gone and its replica takes its slots: one fail-over, time without a primary, a notice, and
// operations on all slots that go on.
func TestClusterFailover(t *testing.T) {
	t.Parallel()                           // it waits most of the time
	c := startCluster(t, 1, 4*time.Second) // which a machine that is busy does not hold a node up for
	for _, s := range c.servers[3:] {
		client := s.connect(t)
		s.Eventually(t, "the link of a replica", func() bool {
			about, err := client.Info(t.Context(), "replication").Result()
			return err == nil && strings.Contains(about, "master_link_status:up")
		})
	}
	s := open(t, c.seeds, nil)
	keys := make([]string, 30)
	for i := range keys {
		keys[i] = fmt.Sprint("key ", i)
		put(t, s, keys[i], "old")
	}
	wantWatch(t, s)
	if values, _ := readStats(t, s); values[kvdb.StatFailovers] != 0 || values[kvdb.StatFailoverTime] != 0 {
		t.Errorf("before a fail-over: %v", values)
	}

	c.servers[0].Kill(t)
	process.Eventually(t, "writes to all slots", func() bool {
		for _, key := range keys {
			if s.Put(t.Context(), []byte(key), []byte("new")) != nil {
				return false
			}
		}
		return true
	})
	process.Eventually(t, "the count of it", func() bool {
		stats, err := s.AppendStats(t.Context(), nil)
		return err == nil && stats[len(stats)-2] > 0
	})
	for _, key := range keys {
		wantValue(t, s, key, "new")
	}
	values, _ := readStats(t, s)
	if values[kvdb.StatFailovers] != 1 || values[kvdb.StatFailoverTime] <= 0 {
		t.Errorf("after a fail-over: %v of them, %v s without a primary", values[kvdb.StatFailovers], values[kvdb.StatFailoverTime])
	}
	if told := notices(t, s); len(told) != 1 || told[0].Name != "failover" {
		t.Errorf("notices: %v", told)
	}
}
