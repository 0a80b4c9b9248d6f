package times

import (
	"context"
	"net"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	testprocess "github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A told connection is what go-redis tells of one.
type told struct {
	address net.Addr
	pool    string
}

func (c *told) RemoteAddr() net.Addr { return c.address }
func (c *told) PoolName() string     { return c.pool }

func start(t *testing.T) *Times {
	t.Helper()
	times, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(times.Close)
	return times
}

// counts returns how many durations are in each bucket that has some.
func counts(d kvdb.PoolDurations) map[int]int64 {
	all := make(map[int]int64)
	for i, n := range d.Counts {
		if n != 0 {
			all[i] = n
		}
	}
	return all
}

// Bounds are inclusive, and what is above all of them counts.
func TestDurations(t *testing.T) {
	var d durations
	for _, took := range []time.Duration{-1, 0, 100 * time.Microsecond, 100*time.Microsecond + 1, 10 * time.Second, time.Minute} {
		d.add(took)
	}
	got := d.read()
	if c := counts(got); len(c) != 4 || c[0] != 3 || c[1] != 1 || c[10] != 1 || c[11] != 1 {
		t.Errorf("%v", c)
	}
	if want := 70*time.Second + 200*time.Microsecond + 1; got.Sum != want {
		t.Errorf("the sum is %v, want %v", got.Sum, want)
	}
}

// A connection takes as long as the dial and the log-in, not as long as it was in reserve between. It is
// created once, and by a dial that was seen.
func TestReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		times, conn := start(t), &told{new(net.TCPAddr), "pool"}
		process.learn(times, "pool")
		times.connected(conn.address)
		time.Sleep(time.Hour)
		process.RecordConnectionWaitTime(t.Context(), 2*time.Millisecond, conn)
		time.Sleep(3 * time.Millisecond)
		for range 2 {
			process.RecordConnectionCreateTime(t.Context(), time.Hour+10*time.Millisecond, conn)
		}
		process.RecordConnectionCreateTime(t.Context(), time.Hour, &told{new(net.TCPAddr), "pool"})
		got := times.Read()
		if c := counts(got.Create); len(c) != 1 || c[4] != 1 || got.Create.Sum != 10*time.Millisecond {
			t.Errorf("created: %v in %v, want one in 10 ms", c, got.Create.Sum)
		}
		if c := counts(got.Wait); len(c) != 1 || c[3] != 1 || got.Wait.Sum != 2*time.Millisecond {
			t.Errorf("waited: %v in %v, want one in 2 ms", c, got.Wait.Sum)
		}
	})
}

// What is kept of connections that are not open yet goes when they are closed or are subscriptions', and has a bound; those
// that cannot be told apart are left out.
func TestOpenings(t *testing.T) {
	times := start(t)
	process.learn(times, "pool")
	a, b := &told{new(net.TCPAddr), "pool"}, &told{new(net.TCPAddr), "pool" + subscriptions}
	times.connected(a.address)
	times.connected(b.address)
	times.connected(alike{})
	if n := times.dialed.Load(); n != 2 {
		t.Fatalf("%d are known, want 2", n)
	}
	process.RecordConnectionClosed(t.Context(), a, "", nil)
	process.RecordConnectionCount(t.Context(), 1, b, "used", true)
	if n := times.dialed.Load(); n != 0 {
		t.Errorf("%d are left", n)
	}
	for range maxOpenings + 1 {
		times.connected(new(net.TCPAddr))
	}
	if n := times.dialed.Load(); n != 1 {
		t.Errorf("%d are known, want 1", n)
	}
	times.Close()
	times.connected(a.address)
	if n := times.dialed.Load(); n != 0 {
		t.Errorf("%d are left of one that is closed", n)
	}
	process.RecordConnectionWaitTime(t.Context(), 0, nil)
	process.RecordConnectionCreateTime(t.Context(), 0, nil)
	process.RecordConnectionClosed(t.Context(), nil, "", nil)
}

// An alike address is that of any connection.
type alike struct{}

func (alike) Network() string { return "alike" }
func (alike) String() string  { return "alike" }

// Two clients share the recorder of the process, which goes with the last.
func TestLast(t *testing.T) {
	if process.current() {
		t.Fatal("there is a recorder before the first")
	}
	first, second := start(t), start(t)
	process.learn(first, "pool", "another")
	process.learn(second, "pool")
	first.Close()
	first.Close()
	if !process.current() || len(process.of("pool")) != 1 || len(process.of("another")) != 0 {
		t.Errorf("after the first, %v are left", *process.pools.Load())
	}
	process.learn(first, "pool")
	if len(process.of("pool")) != 1 {
		t.Error("one that is closed learns")
	}
	second.Close()
	if process.current() || len(*process.pools.Load()) != 0 || process.users != 0 {
		t.Errorf("after the last, %v are left", *process.pools.Load())
	}
	(*Times)(nil).Close()
	(*Times)(nil).Watch(nil)
}

// A foreign recorder is told of pools.
type foreign struct {
	redis.OTelRecorder
	pools []string
}

func (f *foreign) RegisterPool(pool string, _ redis.Pooler)    { f.pools = append(f.pools, pool) }
func (*foreign) UnregisterPool(redis.Pooler)                   {}
func (*foreign) RegisterPubSubPool(string, redis.PubSubPooler) {}
func (*foreign) UnregisterPubSubPool(redis.PubSubPooler)       {}
func (f *foreign) has(prefix string) bool {
	return slices.ContainsFunc(f.pools, func(pool string) bool { return len(pool) > len(prefix) && pool[:len(prefix)] == prefix })
}

// A recorder that the program sets later is an error for the next client, and stays.
func TestReplaced(t *testing.T) {
	first := start(t)
	theirs := new(foreign)
	redis.SetOTelRecorder(theirs)
	defer redis.SetOTelRecorder(nil)
	defer func() { process.lost = false }()
	for range 2 {
		if _, err := Start(); err != ErrReplaced {
			t.Errorf("%v, want %v", err, ErrReplaced)
		}
		first.Close()
	}
	if process.users != 0 {
		t.Errorf("%d users are left", process.users)
	}
	_ = redis.NewClient(&redis.Options{Addr: "later"}).Close()
	if !theirs.has("later_") {
		t.Errorf("the program's recorder is told of %v", theirs.pools)
	}
}

// Clients that begin and end at once agree on whether there is a recorder.
func TestAtOnce(t *testing.T) {
	done := make(chan error)
	for range 8 {
		go func() {
			for range 50 {
				times, err := Start()
				if err != nil {
					done <- err
					return
				}
				process.learn(times, "pool")
				times.Close()
			}
			done <- nil
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if process.current() || process.users != 0 {
		t.Errorf("a recorder is left, with %d users", process.users)
	}
}

// What is told of a known pool allocates nothing.
func TestAllocations(t *testing.T) {
	times, conn := start(t), &told{new(net.TCPAddr), "pool"}
	process.learn(times, "pool")
	times.connected(new(net.TCPAddr))
	ctx := context.Background()
	if n := testing.AllocsPerRun(100, func() {
		process.RecordPendingRequests(ctx, 1, nil, "pool")
		process.RecordConnectionWaitTime(ctx, time.Millisecond, conn)
		process.RecordConnectionCount(ctx, 1, conn, "used", false)
		process.RecordOperationDuration(ctx, 0, nil, 0, nil, conn, 0)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The pools of a client that is gone are forgotten, as nodes of a cluster come and go.
func TestGone(t *testing.T) {
	times := start(t)
	func() {
		l := &learner{link: times.link, address: "node_"}
		l.learn(&process, "other_1") // of another client, within a hook
		l.learn(&process, "node_1"+pipelines)
		if len(process.of("node_1")) != 1 || len(process.of("node_1"+pipelines)) != 1 || len(process.of("other_1")) != 0 {
			t.Errorf("%v", *process.pools.Load())
		}
		runtime.KeepAlive(l)
	}()
	testprocess.Eventually(t, "the pools are forgotten", func() bool {
		runtime.GC()
		return len(process.of("node_1")) == 0
	})
}

// The first command or pipeline tells the client's pool, also if there is no server.
func TestWatch(t *testing.T) {
	for name, call := range map[string]func(*redis.Client) error{
		"command": func(c *redis.Client) error { return c.Ping(t.Context()).Err() },
		"pipeline": func(c *redis.Client) error {
			_, err := c.Pipelined(t.Context(), func(p redis.Pipeliner) error { return p.Ping(t.Context()).Err() })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := redis.NewClient(&redis.Options{
				Addr: "nobody", MaxRetries: -1, DialerRetries: 1,
				Dialer: func(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed },
			})
			defer func() { _ = client.Close() }()
			times := start(t)
			times.Watch(client)
			for range 2 {
				if err := call(client); err == nil {
					t.Fatal("somebody answered")
				}
				if all := *process.pools.Load(); len(all) != 2 { // one for pipelines
					t.Errorf("known are %v", all)
				}
			}
			times.Close()
			if err := call(client); err == nil || len(*process.pools.Load()) != 0 {
				t.Errorf("after Close: %v, and known are %v", err, *process.pools.Load())
			}
		})
	}
}
