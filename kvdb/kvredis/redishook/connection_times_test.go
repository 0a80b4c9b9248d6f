package redishook_test

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/proxy"
	"github.com/otelkv/otelkv/kvdb/kvredis/redishook"
)

const (
	createTime = "db.client.connection.create_time"
	waitTime   = "db.client.connection.wait_time"
)

var measured = &redishook.Config{ConnectionTimes: true}

// measure puts a hook that measures connections on a client, as a store of that name.
func (tel *telemetry) measure(t testing.TB, client redis.UniversalClient, namespace string) *redishook.Hook {
	t.Helper()
	hook, err := measured.Instrument(client, append(tel.options, instrument.WithNamespace(namespace))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hook.Close() })
	return hook
}

// times awaits a number of durations, which a reading of the pool tells, and returns the sum and the counts of
// those above a bound.
func (tel *telemetry) times(t *testing.T, want float64, metric, namespace string, bound float64) (sum, above float64) {
	t.Helper()
	tel.eventually(t, want, metric+"_count", "db.namespace", namespace)
	got := tel.collect(t)
	below := got.Find(metric+"_bucket", "db.namespace", namespace, "le", strconv.FormatFloat(bound, 'g', -1, 64))
	if len(below) != 1 {
		t.Fatalf("there is no bucket of %v", bound)
	}
	return got.Sum(metric+"_sum", "db.namespace", namespace), want - below[0].Value
}

// A connection whose log-in takes long, and a request that waits for the only connection, are seen with
// their durations.
func TestConnectionTimes(t *testing.T) {
	t.Parallel()
	address, _ := startServer(t)
	between := proxy.Start(t, address)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: between.Address(), PoolSize: 1, MaxRetries: -1, ReadTimeout: time.Minute, PoolTimeout: time.Minute})
	hook := tel.measure(t, client, "slow")

	between.Hold(proxy.Replies)
	var calls sync.WaitGroup
	start := time.Now()
	calls.Go(func() { _ = client.Get(t.Context(), "key").Err() })
	process.Eventually(t, "some time", func() bool { return time.Since(start) > 200*time.Millisecond })
	between.Hold(nil)
	calls.Wait()
	longest := time.Since(start)

	calls.Go(func() { _ = client.BLPop(t.Context(), time.Minute, "list").Err() })
	process.Eventually(t, "the only connection is in use", func() bool { return client.PoolStats().IdleConns == 0 })
	begun := time.Now()
	calls.Go(func() { _ = client.Get(t.Context(), "key").Err() })
	process.Eventually(t, "a request waits", func() bool { return client.PoolStats().PendingRequests > 0 })
	waits := time.Now()
	process.Eventually(t, "some time", func() bool { return time.Since(waits) > 200*time.Millisecond })
	shortest := time.Since(waits)
	other := connect(t, &redis.Options{Addr: address})
	if err := other.LPush(t.Context(), "list", "value").Err(); err != nil {
		t.Fatal(err)
	}
	calls.Wait()
	waited := time.Since(begun)

	if sum, above := tel.times(t, 1, createTime, "slow", 0.1); above != 1 || sum < 0.2 || sum > longest.Seconds() {
		t.Errorf("%v above 100 ms, and %v s in all, of a connection that took 0.2 to %v s", above, sum, longest.Seconds())
	}
	if sum, above := tel.times(t, 3, waitTime, "slow", 0.1); above != 1 || sum < shortest.Seconds() || sum > waited.Seconds()+longest.Seconds() {
		t.Errorf("%v above 100 ms, and %v s in all, of a request that waited %v to %v s", above, sum, shortest.Seconds(), waited.Seconds())
	}
	if err := hook.Close(); err != nil {
		t.Fatal(err)
	}
	_ = tel.collect(t) // its last values
	if left := tel.collect(t).Find(createTime + "_count"); len(left) != 0 {
		t.Errorf("after Close there is %v", left)
	}
}

// What a connection in reserve waits for somebody to need it is not the time to create it.
func TestReserveTakesNoTime(t *testing.T) {
	t.Parallel()
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address, PoolSize: 3, MinIdleConns: 1})
	// The pool counts one in reserve from before it is dialed; the server, when it is there.
	observer := connect(t, &redis.Options{Addr: address, PoolSize: 1})
	connected := func(want string) {
		process.Eventually(t, "connections: "+want, func() bool {
			return strings.Contains(observer.Info(t.Context(), "clients").Val(), "connected_clients:"+want+"\r")
		})
	}
	connected("2")
	tel.measure(t, client, "reserve")
	first := client.Conn() // keeps it, so that there is another one in reserve
	defer func() { _ = first.Close() }()
	if err := first.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	connected("3")
	since := time.Now()
	process.Eventually(t, "some time", func() bool { return time.Since(since) > time.Second })
	rested := time.Since(since)
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	process.Eventually(t, "its creation", func() bool { return tel.collect(t).Sum(createTime+"_count", "db.namespace", "reserve") >= 1 })
	if sum := tel.collect(t).Sum(createTime+"_sum", "db.namespace", "reserve"); sum <= 0 || sum >= rested.Seconds() {
		t.Errorf("%v s, of one that was in reserve for %v s", sum, rested.Seconds())
	}
}

// Each client has its own: of one server, a cluster, a ring and one with an earlier hook.
func TestEachItsOwn(t *testing.T) {
	t.Parallel()
	address, _ := startServer(t)
	_, _, bus := process.FreePort(t)
	node, _ := startServer(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus))
	admin := connect(t, &redis.Options{Addr: node})
	if err := admin.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	process.Eventually(t, "the cluster", func() bool {
		info, err := admin.ClusterInfo(t.Context()).Result()
		return err == nil && strings.Contains(info, "cluster_state:ok")
	})
	cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{node}})
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"one": address}})
	twice := connect(t, &redis.Options{Addr: address})
	tel := newTelemetry(t)
	tel.instrument(t, twice, instrument.WithNamespace("earlier"))
	hooks := make(map[string]*redishook.Hook)
	clients := map[string]redis.UniversalClient{
		"a": connect(t, &redis.Options{Addr: address}), "b": connect(t, &redis.Options{Addr: address, PipelinePoolSize: -1}),
		"cluster": cluster, "ring": ring, "twice": twice,
	}
	for name, client := range clients {
		defer func() { _ = client.Close() }()
		hooks[name] = tel.measure(t, client, name)
	}
	stranger := connect(t, &redis.Options{Addr: address})
	if err := stranger.Get(t.Context(), "key").Err(); err != redis.Nil {
		t.Fatal(err)
	}
	calls := map[string]int{"a": 3, "b": 5, "cluster": 2, "ring": 4, "twice": 1}
	for name, n := range calls {
		for range n {
			if err := clients[name].Get(t.Context(), "key").Err(); err != redis.Nil {
				t.Fatal(err)
			}
		}
		if _, err := clients[name].Pipelined(t.Context(), func(p redis.Pipeliner) error {
			p.Get(t.Context(), "key")
			p.Exists(t.Context(), "key")
			return nil
		}); err != redis.Nil {
			t.Fatal(err)
		}
	}
	for name, n := range calls {
		connections := 2 // one of them for pipelines
		if name == "b" {
			connections = 1
		}
		own := name == "cluster" || name == "ring" // requests, for their nodes
		for metric, want := range map[string]int{waitTime: n + 1, createTime: connections} {
			process.Eventually(t, metric+" of "+name, func() bool {
				got := tel.collect(t)
				count := int(got.Sum(metric+"_count", "db.namespace", name))
				return (count == want || own && count > want) && got.Sum(metric+"_sum", "db.namespace", name) > 0
			})
		}
	}
	if got := tel.collect(t).Find(createTime+"_count", "db.namespace", "earlier"); len(got) != 0 {
		t.Errorf("of a hook that was not asked there is %v", got)
	}
	for name := range maps.Keys(hooks) {
		if err := hooks[name].Close(); err != nil {
			t.Fatal(err)
		}
		if err := clients[name].Get(t.Context(), "key").Err(); err != redis.Nil {
			t.Errorf("after Close: %v", err)
		}
	}
}

// A client that is hooked a hundred times, as one is after each fault, keeps little of it.
func TestMeasuredHundredTimes(t *testing.T) {
	t.Parallel()
	address, _ := startServer(t)
	tel := newTelemetry(t)
	for range 100 {
		client := redis.NewClient(&redis.Options{Addr: address})
		hook, err := measured.Instrument(client, tel.options...)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Get(t.Context(), "key").Err(); err != redis.Nil {
			t.Fatal(err)
		}
		closeBoth(t, hook, client)
	}
	_ = tel.collect(t)
	if left := tel.collect(t).Find(waitTime + "_count"); len(left) != 0 {
		t.Errorf("there is %v", left)
	}
}

// BenchmarkConnectionTimes is what a GET allocates and takes, in go-redis as well.
func BenchmarkConnectionTimes(b *testing.B) {
	address, _ := startServer(b)
	for name, config := range map[string]*redishook.Config{"off": nil, "on": measured} {
		b.Run(name, func(b *testing.B) {
			tel := newTelemetry(b)
			client := connect(b, &redis.Options{Addr: address})
			hook, err := config.Instrument(client, instrument.WithRegistry(tel.registry))
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = hook.Close() }()
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				_ = client.Get(ctx, "key").Err()
			}
		})
	}
}
