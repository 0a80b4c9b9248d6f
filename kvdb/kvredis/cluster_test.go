package kvredis_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/decorated"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// A cluster is one of three primaries, which come first, and of as many replicas or none.
type cluster struct {
	servers []*server
	seeds   string // their addresses, as a target
}

// startCluster runs one whose nodes replace each other after a time-out, in milliseconds.
func startCluster(t testing.TB, replicas int, timeout string) *cluster {
	t.Helper()
	c := &cluster{}
	args := []string{"--cluster", "create"}
	for range 3 + 3*replicas {
		_, _, bus := process.FreePort(t)
		s := startServer(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus), "--cluster-node-timeout", timeout,
			"--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0")
		c.servers = append(c.servers, s)
		args = append(args, s.address)
	}
	c.seeds = strings.Join(args[2:], ",")
	args = append(args, "--cluster-replicas", strconv.Itoa(replicas), "--cluster-yes")
	out, err := exec.CommandContext(t.Context(), process.Installed(t, "redis-cli"), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("redis-cli: %v\n%s", err, out)
	}
	for _, s := range c.servers {
		client := s.connect(t)
		s.Eventually(t, "the whole cluster", func() bool {
			info, err := client.ClusterInfo(t.Context()).Result()
			return err == nil && strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_size:3")
		})
		s.Eventually(t, "all nodes at each", func() bool { return c.known(t, client, replicas) })
	}
	return c
}

// known reports whether a node has links to all others, and knows whose replicas the replicas are: only then it votes
// for one of them.
func (c *cluster) known(t testing.TB, client *redis.Client, replicas int) bool {
	t.Helper()
	about, err := client.ClusterNodes(t.Context()).Result()
	if err != nil {
		return false
	}
	nodes, primaries, following := 0, 0, 0
	for line := range strings.Lines(about) {
		f := strings.Fields(line) // id, address, flags, primary, ping sent, pong received, epoch, link, slots
		if len(f) < 8 || f[7] != "connected" || strings.Contains(f[2], "handshake") || strings.Contains(f[2], "fail") {
			return false
		}
		nodes++
		switch {
		case strings.Contains(f[2], "slave") && f[3] != "-":
			following++
		case strings.Contains(f[2], "master") && len(f) > 8:
			primaries++
		}
	}
	return nodes == len(c.servers) && primaries == 3 && following == 3*replicas
}

// tell writes what each node that still answers knows of the others, if the test has failed.
func (c *cluster) tell(t testing.TB) {
	for _, s := range c.servers {
		client := s.connect(t)
		t.Cleanup(func() {
			if t.Failed() {
				about, err := client.ClusterNodes(context.WithoutCancel(t.Context())).Result()
				t.Logf("%s knows (%v):\n%s", s.address, err, about)
			}
		})
	}
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
	c := startCluster(t, 0, "2000")
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
