package redishook_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb/kvredis/redishook"
)

func TestRefused(t *testing.T) {
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: "localhost:1"})
	secret := connect(t, &redis.Options{Addr: "default:password@localhost:1"})
	var none *redis.Client
	many := strings.Fields(strings.Repeat("C ", 62))
	for want, instrumented := range map[string]func() (*redishook.Hook, error){
		"the client is nil":                    func() (*redishook.Hook, error) { return redishook.Instrument(none) },
		"is a zero value":                      func() (*redishook.Hook, error) { return redishook.Instrument(&redis.Client{}) },
		"a zero value":                         func() (*redishook.Hook, error) { return redishook.Instrument(&redis.ClusterClient{}) },
		"zero value":                           func() (*redishook.Hook, error) { return redishook.Instrument(&redis.Ring{}) },
		"the address has an @":                 func() (*redishook.Hook, error) { return redishook.Instrument(secret) },
		"has an @":                             func() (*redishook.Hook, error) { return (&redishook.Config{Address: "a:b@c"}).Instrument(client) },
		"is no port":                           func() (*redishook.Hook, error) { return (&redishook.Config{Address: "a", Port: -1}).Instrument(client) },
		"needs an Address":                     func() (*redishook.Hook, error) { return (&redishook.Config{Port: 1}).Instrument(client) },
		"62 Commands are more than 61":         func() (*redishook.Hook, error) { return (&redishook.Config{Commands: many}).Instrument(client) },
		"the Commands have GET twice":          named(client, "GET", "get"),
		"the Commands have MULTI":              named(client, "multi"),
		"the Commands have HELLO":              named(client, "HELLO"),
		"the Commands have WAIT, which counts": named(client, "WAIT"),
		`"{}" is no operation`:                 named(client, "{}"),
	} {
		hook, err := instrumented()
		if hook != nil || err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "redishook: ") {
			t.Errorf("%v, want %s", err, want)
		}
	}
	tel.instrument(t, client)
	if _, err := redishook.Instrument(client, tel.options...); !errors.Is(err, instrument.ErrDuplicate) {
		t.Error(err)
	}
}

func named(client redis.UniversalClient, commands ...string) func() (*redishook.Hook, error) {
	return func() (*redishook.Hook, error) {
		return (&redishook.Config{Commands: commands}).Instrument(client)
	}
}

// A second hook counts beside the first, with a name of its own.
func TestTwice(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address})
	first := tel.instrument(t, client)
	second := tel.instrument(t, client, instrument.WithNamespace("second"))
	client.Get(t.Context(), "absent")
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	client.Get(t.Context(), "absent")
	if got := first.Totals().Succeeded; got != 2 {
		t.Errorf("the first has seen %d", got)
	}
	if got := second.Totals().Succeeded; got != 1 {
		t.Errorf("the second has seen %d", got)
	}
	// The name is free again, and counts go on.
	tel.instrument(t, client, instrument.WithNamespace("second"))
	client.Get(t.Context(), "absent")
	if got := tel.collect(t).Sum("kvdb.requests", "db.namespace", "second"); got != 2 {
		t.Errorf("%v requests", got)
	}
}

func TestNames(t *testing.T) {
	for want, made := range map[string]func() redis.UniversalClient{
		"a 1 0": func() redis.UniversalClient { return redis.NewClient(&redis.Options{Addr: "a:1"}) },
		"/tmp/redis.sock  2": func() redis.UniversalClient {
			return redis.NewClient(&redis.Options{Network: "unix", Addr: "/tmp/redis.sock", DB: 2})
		},
		"c 3 0": func() redis.UniversalClient {
			return redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"c:3", "d:4"}})
		},
		"  5": func() redis.UniversalClient {
			return redis.NewFailoverClient(&redis.FailoverOptions{MasterName: "m", SentinelAddrs: []string{"s:1"}, DB: 5})
		},
		"  6": func() redis.UniversalClient {
			return redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"one": "r:1"}, DB: 6})
		},
	} {
		tel := newTelemetry(t)
		client := made()
		tel.instrument(t, client)
		s := tel.collect(t).Find("kvdb.requests")[0].Attributes
		if got := s["server.address"] + " " + s["server.port"] + " " + s["db.namespace"]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The commands of a program have names, and series from the start.
func TestConfig(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address})
	config := &redishook.Config{Address: "redis.example", Port: 1234, Commands: []string{"json.get", "lpos", "PIPELINE LPOS", "xread"}}
	hook, err := config.Instrument(client, tel.options...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hook.Close() }()
	var names []string
	for _, s := range tel.collect(t).Find("kvdb.requests", "kvdb.outcome", "ok", "server.address", "redis.example", "server.port", "1234") {
		names = append(names, s.Attributes["db.operation.name"])
	}
	slices.Sort(names)
	if want := []string{"JSON.GET", "LPOS", "MULTI", "PIPELINE", "PIPELINE LPOS", "XREAD", "other"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	client.LPos(t.Context(), "list", "value", redis.LPosArgs{})
	client.Get(t.Context(), "absent")
	_, _ = client.Pipelined(t.Context(), func(p redis.Pipeliner) error {
		p.LPos(t.Context(), "list", "value", redis.LPosArgs{})
		p.LPos(t.Context(), "list", "value", redis.LPosArgs{})
		return nil
	})
	wantRequests(t, tel, map[string]float64{"LPOS miss": 1, "other miss": 1, "PIPELINE LPOS ok": 1})
}

// A program that makes a client for each of its tasks has nothing left of them.
func TestThousandClients(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	keeper := connect(t, &redis.Options{Addr: address})
	goroutines := runtime.NumGoroutine()
	for range 1000 {
		client := redis.NewClient(&redis.Options{Addr: address, PoolSize: 1})
		hook, err := redishook.Instrument(client, tel.options...)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(hook.Close(), client.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if got := tel.collect(t).Sum("kvdb.requests"); got != 1000 {
		t.Errorf("the farewell has %v requests", got)
	}
	for _, s := range tel.collect(t) {
		if s.Attributes["db.system.name"] != "" {
			t.Fatalf("a series is left: %v", s)
		}
	}
	process.Eventually(t, "the end of the connections", func() bool {
		clients, err := keeper.Do(t.Context(), "CLIENT", "LIST").Text()
		return err == nil && strings.Count(clients, "\n") == 1
	})
	process.Eventually(t, "the end of the goroutines", func() bool { return runtime.NumGoroutine() <= goroutines+5 })
}

func TestNil(t *testing.T) {
	for _, hook := range []*redishook.Hook{nil, {}} {
		if err := hook.Close(); err != nil || hook.Totals() != (instrument.Totals{}) || hook.Oldest() != nil {
			t.Error(err)
		}
	}
}

// offline is a client whose commands are answered without a server, by a hook below
// that of this package.
func offline(t testing.TB) *redis.Client {
	return connect(t, &redis.Options{Addr: "127.0.0.1:1", Dialer: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no server")
	}})
}

type answers struct{}

func (answers) DialHook(next redis.DialHook) redis.DialHook { return next }
func (answers) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		if cmd, ok := cmd.(*redis.StringCmd); ok && len(cmd.Args()) > 2 {
			return redis.Nil
		}
		return nil
	}
}
func (answers) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(context.Context, []redis.Cmder) error { return nil }
}

// Nothing is allocated for a command without a parent span, or below one that is not
// sampled.
func TestAllocations(t *testing.T) {
	tel := newTelemetry(t)
	client := offline(t)
	tel.instrument(t, client)
	client.AddHook(answers{})
	unsampled, span := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())).Tracer("test").Start(t.Context(), "parent")
	defer span.End()
	for parent, ctx := range map[string]context.Context{"no parent": t.Context(), "an unsampled parent": unsampled} {
		for name, cmd := range map[string]redis.Cmder{
			"GET": redis.NewStringCmd(ctx, "get", "key"), "a miss": redis.NewStringCmd(ctx, "get", "key", "miss"),
			"upper case": redis.NewCmd(ctx, "GET", "key"), "other": redis.NewCmd(ctx, "OBJECT", "FREQ", "key"), "SET": redis.NewStatusCmd(ctx, "set", "key", "value"),
		} {
			if n := testing.AllocsPerRun(100, func() { _ = client.Process(ctx, cmd) }); n > 0 {
				t.Errorf("%s with %s: %v allocations", name, parent, n)
			}
		}
	}
}

func BenchmarkProcess(b *testing.B) {
	tel := newTelemetry(b)
	for name, options := range map[string][]instrument.Option{"bare": nil, "hooked": tel.options} {
		b.Run(name, func(b *testing.B) {
			client := offline(b)
			if options != nil {
				tel.instrument(b, client)
			}
			client.AddHook(answers{})
			ctx := b.Context()
			cmd := redis.NewStringCmd(ctx, "get", "key")
			b.ReportAllocs()
			for b.Loop() {
				_ = client.Process(ctx, cmd)
			}
		})
	}
}
