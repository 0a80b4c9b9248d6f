package kvredis_test

import (
	"context"
	"math"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/proxy"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// startReplica runs a replica of what is at an address.
func startReplica(t testing.TB, primary string) *server {
	t.Helper()
	host, port, err := net.SplitHostPort(primary)
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, "--replicaof", host+" "+port, "--repl-diskless-sync-delay", "0")
	client := s.connect(t)
	s.Eventually(t, "the link to its primary", func() bool {
		info, err := client.InfoMap(t.Context(), "replication").Result()
		return err == nil && info["Replication"]["master_link_status"] == "up"
	})
	return s
}

// lag returns that of a replica, and whether it is known.
func lag(t testing.TB, s *kvredis.Store, replica *server) (time.Duration, bool) {
	t.Helper()
	lags, err := s.ReplicationLag(t.Context())
	if err != nil {
		wantKind(t, "ReplicationLag", err, kvdb.ErrLagUnknown)
		return 0, false
	}
	l, ok := lags[replica.address]
	return l, ok
}

// wantLag waits until the lag of a replica is as it should.
func wantLag(t testing.TB, what string, s *kvredis.Store, replica *server, ok func(time.Duration) bool) {
	t.Helper()
	process.Eventually(t, what, func() bool {
		l, known := lag(t, s, replica)
		return known && ok(l)
	})
}

func none(l time.Duration) bool { return l == 0 }
func away(l time.Duration) bool { return l == kvdb.NotConnected }

// slack is what a second is off by on a busy machine.
const slack = time.Second

// A replica whose replication is held for so long is as far behind, give or take a second;
// one that hangs is not connected, and has no lag; both recover.
func TestHeartbeat(t *testing.T) {
	primary := startServer(t)
	proxied := proxy.Start(t, primary.address)
	late := startReplica(t, proxied.Address())
	prompt := startReplica(t, primary.address)
	s := open(t, primary.address, &kvredis.OpenOptions{Options: kvredis.Options{Heartbeat: "heart"}})
	wantLag(t, "no lag", s, late, none)
	wantLag(t, "no lag of the other", s, prompt, none)

	proxied.Hold(proxy.Replies)
	held := time.Now()
	wantLag(t, "a lag of three seconds", s, late, func(l time.Duration) bool { return l >= 3*time.Second })
	before := time.Since(held)
	l, _ := lag(t, s, late)
	if after := time.Since(held); l > after || l < before-time.Second-slack {
		t.Errorf("a lag of %v is told %v after replication was held", l, after)
	}
	if l, ok := lag(t, s, prompt); !ok || l != 0 {
		t.Errorf("the other replica has the lag %v, %t", l, ok)
	}
	proxied.Hold(nil)
	wantLag(t, "the end of the lag", s, late, none)

	late.pause(t)
	wantLag(t, "a replica that does not answer", s, late, away)
	late.resume(t)
	wantLag(t, "one that does again", s, late, none)

	late.Kill(t)
	process.Eventually(t, "a replica that is gone", func() bool {
		_, there := lag(t, s, late)
		_, known := lag(t, s, prompt)
		return known && !there
	})
}

// Without a heartbeat the primary tells, so the lag shows once it has something to send.
func TestOffsets(t *testing.T) {
	primary := startServer(t)
	replica := startReplica(t, primary.address)
	s := open(t, primary.address, nil)
	wantLag(t, "no lag", s, replica, none)
	replica.pause(t)
	held := time.Now()
	n := 0
	wantLag(t, "a lag of two seconds", s, replica, func(l time.Duration) bool {
		n++
		put(t, s, "k", strconv.Itoa(n))
		return l >= 2*time.Second
	})
	if l, _ := lag(t, s, replica); l > time.Since(held)+time.Second+slack {
		t.Errorf("a lag of %v is told %v after the replica was paused", l, time.Since(held))
	}
	wantLag(t, "a replica that is silent", s, replica, away)
	replica.resume(t)
	wantLag(t, "one that is not", s, replica, none)
}

func TestNoReplicas(t *testing.T) {
	server := startServer(t)
	s := open(t, server.address, nil)
	process.Eventually(t, "an answer", func() bool {
		lags, err := s.ReplicationLag(t.Context())
		return err == nil && len(lags) == 0
	})
}

// A key that cannot be counted up is told of once, and the lag is not known.
func TestHeartbeatRefused(t *testing.T) {
	primary := startServer(t)
	replica := startReplica(t, primary.address)
	s := borrow(t, primary.connect(t), &kvredis.Options{Heartbeat: "heart"})
	put(t, s, "heart", "no number")
	if _, known := lag(t, s, replica); known {
		t.Error("a lag is known at once")
	}
	process.Eventually(t, "a notice", func() bool { return len(notices(t, s)) > 0 })
	if told := notices(t, s); len(told) != 1 || told[0].Name != "heartbeat_refused" {
		t.Errorf("notices: %v", told)
	}
	if _, known := lag(t, s, replica); known {
		t.Error("a lag is known without a heartbeat")
	}
}

func TestHeartbeatOfCluster(t *testing.T) {
	_, err := kvredis.Open(t.Context(), "a:1,b:1", &kvredis.OpenOptions{Options: kvredis.Options{Heartbeat: "heart"}})
	wantKind(t, "Open", err, kvdb.ErrInvalidArgument)
	client := closing(t, redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"a:1"}}))
	_, err = kvredis.New(client, &kvredis.Options{Heartbeat: "heart"})
	wantKind(t, "New", err, kvdb.ErrInvalidArgument)
}

// Sentinels make a replica the primary: one fail-over, its gap, a notice, and operations
// that go on.
func TestFailover(t *testing.T) {
	t.Parallel() // it waits most of the time
	primary := startServer(t)
	replica := startReplica(t, primary.address)
	watched := "sentinel monitor shop " + primary.host + " " + strconv.Itoa(primary.port) + " 2"
	var sentinels []string
	for range 3 {
		sentinels = append(sentinels, startSentinel(t, watched,
			"sentinel down-after-milliseconds shop 1000", "sentinel failover-timeout shop 5000").address)
	}
	admin := closing(t, redis.NewSentinelClient(&redis.Options{Addr: sentinels[0]}))
	process.Eventually(t, "sentinels that know each other", func() bool {
		others, err := admin.Sentinels(t.Context(), "shop").Result()
		if err != nil || len(others) != 2 {
			return false
		}
		replicas, err := admin.Replicas(t.Context(), "shop").Result()
		return err == nil && len(replicas) == 1
	})
	s := open(t, sentinels[0]+","+sentinels[1]+","+sentinels[2], &kvredis.OpenOptions{
		Options: kvredis.Options{Heartbeat: "heart"}, Redis: &redis.UniversalOptions{MasterName: "shop"},
	})
	put(t, s, "k", "v")
	wantLag(t, "no lag", s, replica, none)
	if values, _ := readStats(t, s); values[kvdb.StatFailovers] != 0 || values[kvdb.StatFailoverTime] != 0 {
		t.Errorf("before a fail-over: %v", values)
	}

	primary.Kill(t)
	gone := time.Now()
	process.Eventually(t, "a new primary", func() bool { return s.Put(t.Context(), []byte("k"), []byte("new")) == nil })
	gap := time.Since(gone)
	process.Eventually(t, "the count of it", func() bool {
		stats, err := s.AppendStats(t.Context(), nil)
		return err == nil && stats[len(stats)-2] == 1
	})
	values, _ := readStats(t, s)
	if told := values[kvdb.StatFailoverTime]; told < (gap-time.Second-slack).Seconds() || told > (gap+time.Second+slack).Seconds() {
		t.Errorf("%v seconds without a primary are told, want %v", told, gap)
	}
	wantValue(t, s, "k", "new")
	if told := notices(t, s); len(told) != 1 || told[0].Name != "failover" {
		t.Errorf("notices: %v", told)
	}

	// The old one comes back as a replica, which is no fail-over.
	primary.restart(t)
	wantLag(t, "no lag of the one that was primary", s, primary, none)
	if values, _ := readStats(t, s); values[kvdb.StatFailovers] != 1 {
		t.Errorf("%v fail-overs after the return of the first primary", values[kvdb.StatFailovers])
	}
}

// wantWatch waits until the watch has seen a primary.
func wantWatch(t testing.TB, s *kvredis.Store) {
	t.Helper()
	process.Eventually(t, "a look at the primary", func() bool {
		_, err := s.ReplicationLag(t.Context())
		return err == nil
	})
}

// A server that refuses the watch is no server that is missing.
func TestWatchRefused(t *testing.T) {
	server := startServer(t)
	s := borrow(t, server.connect(t), nil)
	wantWatch(t, s)
	admin := server.connect(t)
	if err := admin.ACLSetUser(t.Context(), "default", "-info").Err(); err != nil {
		t.Fatal(err)
	}
	process.Eventually(t, "a notice", func() bool { return len(notices(t, s)) > 0 })
	if told := notices(t, s); told[0].Name != "watch_refused" {
		t.Errorf("notices: %v", told)
	}
	process.Eventually(t, "a lag that is not known any more", func() bool {
		_, err := s.ReplicationLag(t.Context())
		return err != nil
	})
	if values, err := s.AppendStats(t.Context(), nil); err != nil || !math.IsNaN(values[0]) || values[len(values)-1] != 0 {
		t.Errorf("time without a primary: %v, %v", values, err)
	}
}

// The watch connects as the program does, and outlives functions of the program that panic.
func TestWatchConnects(t *testing.T) {
	server := startServer(t)
	var connections atomic.Int64
	client := closing(t, redis.NewClient(&redis.Options{Addr: server.address, PoolSize: 1, OnConnect: func(context.Context, *redis.Conn) error {
		if connections.Add(1) == 2 {
			panic("in a test")
		}
		return nil
	}}))
	s := borrow(t, client, nil)
	put(t, s, "k", "v")
	wantWatch(t, s)
	if n := connections.Load(); n < 3 {
		t.Errorf("%d connections were told of", n)
	}
}

// A server that starts again is no fail-over, but time without a primary; its counters go
// on.
func TestRestart(t *testing.T) {
	server := startServer(t)
	s := open(t, server.address, nil)
	put(t, s, "k", "v")
	before, _ := readStats(t, s)
	wantWatch(t, s)
	server.Kill(t)
	// What the watch knows is told while nobody answers: an alert can follow.
	process.Eventually(t, "time without a primary", func() bool {
		values, err := s.AppendStats(t.Context(), nil)
		return err == nil && math.IsNaN(values[0]) && values[len(values)-1] > 0 && values[len(values)-2] == 0
	})
	server.restart(t)
	process.Eventually(t, "an answer", func() bool { return s.Ping(t.Context()) == nil })
	after, _ := readStats(t, s)
	if after[kvdb.StatFailovers] != 0 {
		t.Errorf("%v fail-overs", after[kvdb.StatFailovers])
	}
	if was, is := before["kvdb.engine.commands"], after["kvdb.engine.commands"]; is <= was || was == 0 {
		t.Errorf("commands went from %v to %v", was, is)
	}
}
