package kvredis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

func TestBorrowedStaysOpen(t *testing.T) {
	server := startServer(t)
	client := server.connect(t)
	s := borrow(t, client, nil)
	put(t, s, "k", "v")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := client.Get(t.Context(), "k").Result(); got != "v" || err != nil {
		t.Errorf("the client after Close of the store: %q, %v", got, err)
	}
}

func TestClientClosedFirst(t *testing.T) {
	server := startServer(t)
	client := server.connect(t)
	s := borrow(t, client, nil)
	put(t, s, "k", "v")
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	for call, do := range calls(t, s) {
		if call != "PoolStats" && call != "PutTTL of 0" && call != "ReplicationLag" { // which ask nobody
			wantKind(t, call, do(), kvdb.ErrClosed)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close after that of the client: %v", err)
	}
}

// A server that hangs is waited for as long as the caller's deadline allows, on a client, too,
// that does not heed deadlines by itself.
func TestDeadlines(t *testing.T) {
	server := startServer(t)
	for name, s := range map[string]*kvredis.Store{
		"Open": open(t, server.address, nil),
		"New":  borrow(t, server.connect(t), nil),
	} {
		put(t, s, "k", "v")
		server.pause(t)
		for call, do := range callsWithin(s) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			began := time.Now()
			err := do(ctx)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, kvdb.ErrTimeout) {
				t.Errorf("%s, %s of a server that hangs: %v", name, call, err)
			}
			if took := time.Since(began); took > 3*time.Second { // go-redis alone waits five
				t.Errorf("%s, %s took %v", name, call, took)
			}
		}
		server.resume(t)
		process.Eventually(t, "an answer", func() bool { return s.Ping(t.Context()) == nil })
	}
}

func callsWithin(s *kvredis.Store) map[string]func(context.Context) error {
	key := []byte("k")
	return map[string]func(context.Context) error{
		"Get":     func(ctx context.Context) error { _, err := s.Get(ctx, key); return err },
		"Put":     func(ctx context.Context) error { return s.Put(ctx, key, key) },
		"Apply":   func(ctx context.Context) error { return s.Apply(ctx, []kvdb.Mutation{{Key: key}, {Key: key}}) },
		"Swap":    func(ctx context.Context) error { _, err := s.CompareAndSwap(ctx, key, key, key); return err },
		"GetMany": func(ctx context.Context) error { _, err := s.GetMany(ctx, [][]byte{key}); return err },
		"Scan": func(ctx context.Context) (last error) {
			for _, err := range s.ScanPrefix(ctx, nil) {
				last = err
			}
			return last
		},
	}
}

// pause makes the server hang, until resume or the end of the test.
func (s *server) pause(t testing.TB) {
	t.Helper()
	s.signal(t, process.StandStill)
	t.Cleanup(func() { _ = s.Cmd.Process.Signal(process.GoOn) })
}

func (s *server) resume(t testing.TB) {
	t.Helper()
	s.signal(t, process.GoOn)
}

func (s *server) signal(t testing.TB, sig syscall.Signal) {
	t.Helper()
	if err := s.Cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// What servers really say has its kind, and no key or value is in its text.
func TestErrorsOfServers(t *testing.T) {
	const key, value = "key-4711", "value-4711"
	server := startServer(t)
	admin := server.connect(t)
	s := open(t, server.address, &kvredis.OpenOptions{Redis: &redis.UniversalOptions{MaxRetries: -1}})
	if err := admin.HSet(t.Context(), key, "f", value).Err(); err != nil {
		t.Fatal(err)
	}
	check := func(what string, err, kind error) {
		t.Helper()
		wantKind(t, what, err, kind)
		if err != nil && strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: %v, want no key or value in it", what, err)
		}
	}
	get := func() error { _, err := s.Get(t.Context(), []byte(key)); return err }
	set := func() error { return s.Put(t.Context(), []byte(key), []byte(value)) }
	batch := func() error {
		return s.Apply(t.Context(), []kvdb.Mutation{{Key: []byte(key), Value: []byte(value)}, {Key: []byte("other")}})
	}
	swap := func(key string) error {
		_, err := s.CompareAndSwap(t.Context(), []byte(key), []byte(value), []byte(value))
		return err
	}
	check("Get of a hash", get(), kvdb.ErrInvalidArgument)
	check("a swap of a hash", swap(key), kvdb.ErrInvalidArgument)
	if err := admin.Set(t.Context(), "swapped-4711", value, 0).Err(); err != nil {
		t.Fatal(err)
	}

	server.configure(t, "maxmemory", "1")
	for what, do := range map[string]func() error{"Put": set, "a batch": batch, "a swap": func() error { return swap("swapped-4711") }} {
		check(what+" without memory", do(), kvdb.ErrNoSpace)
	}
	server.configure(t, "maxmemory", "0")
	primary := startServer(t)
	if err := admin.ReplicaOf(t.Context(), primary.host, fmt.Sprint(primary.port)).Err(); err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]func() error{"Put": set, "a batch": batch} {
		check(what+" to a replica", do(), kvdb.ErrReadOnly)
	}
	if err := admin.ReplicaOf(t.Context(), "no", "one").Err(); err != nil {
		t.Fatal(err)
	}
	server.configure(t, "requirepass", "other") // connections that are there stay
	late := borrow(t, closing(t, redis.NewClient(&redis.Options{Addr: server.address})), nil)
	_, err := late.Get(t.Context(), []byte(key))
	check("Get without a password", err, kvdb.ErrUnavailable)
	late = borrow(t, closing(t, redis.NewClient(&redis.Options{Addr: server.address, Password: "wrong"})), nil)
	_, err = late.Get(t.Context(), []byte(key))
	check("Get with another password", err, kvdb.ErrUnavailable)

	server.Kill(t)
	check("Get from a server that is gone", get(), kvdb.ErrUnavailable)
	check("a batch for it", batch(), kvdb.ErrUnavailable)
	check("Ping of it", s.Ping(t.Context()), kvdb.ErrUnavailable)
}

func (s *server) configure(t testing.TB, name, value string) {
	t.Helper()
	if err := s.connect(t).ConfigSet(t.Context(), name, value).Err(); err != nil {
		t.Fatal(err)
	}
	if name == "requirepass" {
		s.options.Password = value
	}
}

// A script that the server has forgotten is sent again.
func TestSwapAfterFlush(t *testing.T) {
	server := startServer(t)
	s := open(t, server.address, nil)
	for _, value := range []string{"1", "2", "3"} {
		put(t, s, "k", "0")
		if err := server.connect(t).ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if ok, err := s.CompareAndSwap(t.Context(), []byte("k"), []byte("0"), []byte(value)); !ok || err != nil {
			t.Errorf("CompareAndSwap = %t, %v", ok, err)
		}
		wantValue(t, s, "k", value)
	}
}

// All connections are in use: a call that waits for one for too long says so.
func TestPoolExhausted(t *testing.T) {
	server := startServer(t)
	client := closing(t, redis.NewClient(&redis.Options{Addr: server.address, PoolSize: 1, PoolTimeout: 10 * time.Millisecond, MaxRetries: -1}))
	s := borrow(t, client, nil)
	put(t, s, "k", "v")
	held := client.Conn() // which has a connection of its own from its first command on
	if err := held.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), []byte("k"))
	wantKind(t, "Get without a connection", err, kvdb.ErrTimeout)
	stats, err := s.PoolStats(t.Context())
	if err != nil || stats.Dials.Unavailable != -1 || stats.Timeouts != 1 || stats.Used != 1 || stats.Max != 1+redis.DefaultPipelinePoolSize {
		t.Errorf("PoolStats = %+v, %v", stats, err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	wantValue(t, s, "k", "v")
}

func TestDescribe(t *testing.T) {
	for name, tt := range map[string]struct {
		client redis.UniversalClient
		opts   *kvredis.Options
		want   kvdb.Info
	}{
		"single":    {redis.NewClient(&redis.Options{Addr: "db.example:6380", DB: 2}), nil, kvdb.Info{Namespace: "2", Address: "db.example", Port: 6380}},
		"IPv6":      {redis.NewClient(&redis.Options{Addr: "[::1]:6380"}), nil, kvdb.Info{Namespace: "0", Address: "::1", Port: 6380}},
		"a socket":  {redis.NewClient(&redis.Options{Addr: "/run/redis.sock"}), nil, kvdb.Info{Namespace: "0", Address: "/run/redis.sock"}},
		"no host":   {redis.NewClient(&redis.Options{Addr: ":6380"}), nil, kvdb.Info{Namespace: "0", Address: "localhost", Port: 6380}},
		"a user's":  {redis.NewClient(&redis.Options{Addr: "/run/user@1000/redis.sock"}), nil, kvdb.Info{Namespace: "0", Address: "/run/user@1000/redis.sock"}},
		"a cluster": {redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"a:1", "b:2"}}), nil, kvdb.Info{Namespace: "0", Address: "a", Port: 1}},
		"sentinels": {redis.NewFailoverClient(&redis.FailoverOptions{MasterName: "shop", SentinelAddrs: []string{"a:1"}}), nil, kvdb.Info{Namespace: "0"}},
		"named": {redis.NewClient(&redis.Options{Addr: "a:1"}), &kvredis.Options{Namespace: "carts", Address: "proxy", Port: 7},
			kvdb.Info{Namespace: "carts", Address: "proxy", Port: 7}},
	} {
		closing(t, tt.client)
		tt.want.System, tt.want.Remote, tt.want.TTLResolution = "redis", true, time.Millisecond
		tt.want.MaxKey, tt.want.MaxValue = kvredis.MaxKey, kvredis.MaxValue
		if got := borrow(t, tt.client, tt.opts).Describe(); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
	_, err := kvredis.New(closing(t, redis.NewClient(&redis.Options{})), &kvredis.Options{Port: -1})
	wantKind(t, "a port below 0", err, kvdb.ErrInvalidArgument)
	for name, client := range map[string]redis.UniversalClient{
		"a client":            redis.NewClient(&redis.Options{Addr: "default:secret@a:1"}),
		"a node of a cluster": redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"a:1", "default:secret@b:1"}}),
	} {
		_, err := kvredis.New(closing(t, client), nil)
		wantKind(t, name+" with a password in its address", err, kvdb.ErrInvalidArgument)
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Clients that are opened and closed leave no connection behind; goleak looks for
// goroutines.
func TestNothingStays(t *testing.T) {
	server := startServer(t)
	admin := server.connect(t)
	before, err := admin.ClientList(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		s := open(t, server.address, nil)
		put(t, s, "k", "v")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	server.Eventually(t, "the end of the stores' connections", func() bool {
		list, err := admin.ClientList(t.Context()).Result()
		return err == nil && strings.Count(list, "\n") == strings.Count(before, "\n")
	})
}
