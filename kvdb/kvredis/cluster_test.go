package kvredis_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/decorated"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// A cluster is one of three primaries, which come first, and of as many replicas or none.
type cluster struct {
	servers []*server
	seeds   string // their addresses, as a target
}

// startCluster runs one whose nodes replace each other after a time-out.
func startCluster(t testing.TB, replicas int, timeout time.Duration) *cluster {
	t.Helper()
	run := redisserver.StartCluster(t, replicas, timeout)
	run.Tell(t)
	c := &cluster{seeds: run.Seeds()}
	for _, s := range run.Nodes {
		c.servers = append(c.servers, of(s))
	}
	return c
}

// flush empties all of it.
func (c *cluster) flush(t testing.TB) {
	t.Helper()
	for _, s := range c.servers {
		s.flush(t)
	}
}

func (c *cluster) open(t testing.TB) *kvredis.Store {
	t.Helper()
	c.flush(t)
	return open(t, c.seeds, nil)
}

// The suite, but for batches whose keys are of several slots, which is all that it has.
func TestCluster(t *testing.T) {
	c := startCluster(t, 0, 2*time.Second)
	t.Run("Conformance", func(t *testing.T) {
		kvtest.Run(t, func(t testing.TB) kvdb.Store { return withoutBatches(c.open(t)) })
	})
	t.Run("Decorated", func(t *testing.T) {
		decorated.Run(t, func(t testing.TB) kvdb.Store { return withoutBatches(c.open(t)) })
	})
	t.Run("OneSlot", func(t *testing.T) { testOneSlot(t, c.open(t)) })
	t.Run("AllNodes", func(t *testing.T) { testAllNodes(t, c) })
	t.Run("Slots", func(t *testing.T) { testKeySlots(t, c) })
	t.Run("Borrowed", func(t *testing.T) { testBorrowedCluster(t, c) })
	t.Run("Moved", func(t *testing.T) { testMoved(t, c) })
	t.Run("Down", func(t *testing.T) { testDown(t, c) }) // the last one
}

func withoutBatches(s kvdb.Store) kvdb.Store {
	return kvtest.Mask(s, "Describer", "Exister", "Lagger", "MultiGetter", "Notifier", "Pinger", "PoolReader", "PrefixScanner",
		"StatsReader", "Swapper", "TTLGetter", "TTLPutter")
}

// A batch is of one slot or refused, and then nothing of it is written.
func testOneSlot(t *testing.T, s *kvredis.Store) {
	braced := func(n int) []byte { return fmt.Appendf(nil, "{cart}%d", n) }
	put(t, s, "{cart}3", "old")
	err := s.Apply(t.Context(), []kvdb.Mutation{{Key: braced(1), Value: []byte("1")}, {Key: braced(2), Value: []byte("2")}, {Key: braced(3), Delete: true}})
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, s, "{cart}1", "1")
	wantValue(t, s, "{cart}2", "2")
	if _, err := s.Get(t.Context(), braced(3)); err != kvdb.ErrNotFound {
		t.Errorf("what the batch deletes: %v", err)
	}
	err = s.Apply(t.Context(), []kvdb.Mutation{{Key: braced(4), Value: []byte("4")}, {Key: []byte("other"), Value: []byte("5")}})
	wantKind(t, "a batch across slots", err, kvdb.ErrInvalidArgument)
	if _, err := s.Get(t.Context(), braced(4)); err != kvdb.ErrNotFound {
		t.Errorf("what a refused batch writes: %v", err)
	}
	if err := s.Apply(t.Context(), []kvdb.Mutation{{Key: []byte("alone"), Value: []byte("1")}}); err != nil {
		t.Errorf("a batch of one: %v", err)
	}
}

// Each node has some of the keys, and reads of several and scans find all.
func testAllNodes(t *testing.T, c *cluster) {
	s := c.open(t)
	keys := make([][]byte, 300)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "key %d", i)
		put(t, s, string(keys[i]), strconv.Itoa(i))
	}
	for _, server := range c.servers {
		if n, err := server.connect(t).DBSize(t.Context()).Result(); n < 50 || err != nil {
			t.Errorf("a node has %d keys, %v", n, err)
		}
	}
	values, err := s.GetMany(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		if string(v) != strconv.Itoa(i) {
			t.Errorf("value %d is %q", i, v)
		}
	}
	n := 0
	for e, err := range s.ScanPrefix(t.Context(), []byte("key ")) {
		if err != nil || "key "+string(e.Value) != string(e.Key) {
			t.Fatalf("entry %q, %q, %v", e.Key, e.Value, err)
		}
		n++
	}
	if n != len(keys) {
		t.Errorf("a scan yields %d keys", n)
	}
}

// Slots are those of the servers: a batch that the store lets through is of one.
func testKeySlots(t *testing.T, c *cluster) {
	client := c.servers[0].connect(t)
	s := c.open(t)
	for _, keys := range [][2]string{{"{a}1", "{a}2"}, {"x{b", "x{b"}, {"{}c", "{}c"}, {"d{e}{f}", "e"}, {"{{g}", "{g"}, {"a", "b"}, {"}{h}", "h"}} {
		first, err := client.ClusterKeySlot(t.Context(), keys[0]).Result()
		if err != nil {
			t.Fatal(err)
		}
		second, err := client.ClusterKeySlot(t.Context(), keys[1]).Result()
		if err != nil {
			t.Fatal(err)
		}
		err = s.Apply(t.Context(), []kvdb.Mutation{{Key: []byte(keys[0])}, {Key: []byte(keys[1])}})
		if same := first == second; same != (err == nil) || !same && !errors.Is(err, kvdb.ErrInvalidArgument) {
			t.Errorf("a batch of %q, with the slots %d and %d: %v", keys, first, second, err)
		}
	}
}

func testBorrowedCluster(t *testing.T, c *cluster) {
	addresses := strings.Split(c.seeds, ",")
	client := closing(t, redis.NewClusterClient(&redis.ClusterOptions{Addrs: addresses}))
	s := borrow(t, client, nil)
	put(t, s, "k", "v")
	wantValue(t, s, "k", "v")
	if told := notices(t, s); len(told) != 1 || told[0].Name != "deadlines_ignored" {
		t.Errorf("notices of a client that ignores deadlines: %v", told)
	}
	heeding := closing(t, redis.NewClusterClient(&redis.ClusterOptions{Addrs: addresses, ContextTimeoutEnabled: true}))
	if told := notices(t, borrow(t, heeding, nil)); len(told) > 0 {
		t.Errorf("notices of one that heeds them: %v", told)
	}
	stats, err := s.PoolStats(t.Context())
	if err != nil || stats.Max >= 0 || stats.Pending >= 0 || stats.Idle == 0 {
		t.Errorf("PoolStats = %+v, %v, want limits and requests that wait unknown", stats, err)
	}
}

// Whoever talks to one node as to a single server is told of others.
func testMoved(t *testing.T, c *cluster) {
	kinds := make(map[bool]int)
	for _, server := range c.servers {
		client := closing(t, redis.NewClient(&redis.Options{Addr: server.address}))
		err := borrow(t, client, nil).Put(t.Context(), []byte("k"), nil)
		if err != nil {
			wantKind(t, "Put to another node", err, kvdb.ErrUnavailable)
			if !strings.Contains(err.Error(), "MOVED") {
				t.Errorf("Put to another node: %v", err)
			}
		}
		kinds[err == nil]++
	}
	if kinds[true] != 1 || kinds[false] != 2 {
		t.Errorf("of three nodes %d take the key", kinds[true])
	}
}

// A primary without replicas that is gone takes the whole cluster with it.
func testDown(t *testing.T, c *cluster) {
	s := c.open(t)
	put(t, s, "k", "v")
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.servers[2].Kill(t)
	ctx, cancel := context.WithTimeout(t.Context(), process.Soon)
	defer cancel()
	process.Eventually(t, "the end of the cluster", func() bool {
		err := s.Ping(ctx)
		return errors.Is(err, kvdb.ErrUnavailable)
	})
	client := c.servers[0].connect(t)
	c.servers[0].Eventually(t, "CLUSTERDOWN", func() bool {
		info, err := client.ClusterInfo(t.Context()).Result()
		return err == nil && strings.Contains(info, "cluster_state:fail")
	})
	for i := range 30 {
		within, cancel := context.WithTimeout(ctx, 10*time.Second)
		_, err := s.Get(within, fmt.Appendf(nil, "key %d", i))
		cancel()
		wantKind(t, "Get from a cluster that is down", err, kvdb.ErrUnavailable)
	}
}
