package redishook_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

func wantRequests(t testing.TB, tel *telemetry, want map[string]float64) {
	t.Helper()
	if got := tel.requests(t); !maps.Equal(got, want) {
		t.Errorf("kvdb.requests are\n%v, want\n%v", got, want)
	}
}

func TestCommands(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address, DB: 3})
	tel.instrument(t, client)
	ctx := t.Context()
	client.Set(ctx, "key", "value", time.Hour)
	client.Get(ctx, "key")
	client.Get(ctx, "absent")
	client.HSet(ctx, "hash", "field", "value")
	client.HGetAll(ctx, "hash")
	client.MGet(ctx, "key", "absent")
	client.Incr(ctx, "key") // no integer
	client.Do(ctx, "GET", "key")
	client.Do(ctx, "gEt", "absent")
	client.Publish(ctx, "channel", "message")
	client.ConfigGet(ctx, "maxmemory")
	client.Do(ctx, strings.Repeat("x", 50))
	client.Do(ctx, 7)
	wantRequests(t, tel, map[string]float64{
		"SET ok": 1, "GET ok": 2, "GET miss": 2, "HSET ok": 1, "HGETALL ok": 1, "MGET ok": 1, "INCR error": 1, "PUBLISH ok": 1,
		"other ok": 1, "other error": 2,
	})
	all := tel.collect(t)
	for name, want := range map[string]float64{"kvdb.bytes.written": 3 + 5 + 2 + 4, "kvdb.bytes.read": 0} {
		if got := all.Sum(name, "db.operation.name", "SET"); name == "kvdb.bytes.read" && got != want {
			t.Errorf("SET: %s = %v, want %v", name, got, want)
		}
	}
	if got := all.Sum("kvdb.bytes.written", "db.operation.name", "GET"); got != 3+6+3+6 {
		t.Errorf("GET has sent %v bytes", got)
	}
	for operation, want := range map[string]float64{"GET": 5 + 5, "MGET": 5, "HGETALL": 5 + 5} {
		if got := all.Sum("kvdb.bytes.read", "db.operation.name", operation); got != want {
			t.Errorf("%s has delivered %v bytes, want %v", operation, got, want)
		}
	}
	for _, s := range all {
		if s.Name == "kvdb.in_flight" && s.Value != 0 {
			t.Error(s)
		}
		_, host, port := s.Attributes["db.namespace"], s.Attributes["server.address"], s.Attributes["server.port"]
		if strings.HasPrefix(s.Name, "kvdb.requests") && (s.Attributes["db.namespace"] != "3" || s.Attributes["db.system.name"] != "redis" || host+":"+port != address) {
			t.Fatal(s)
		}
	}
}

func TestBatches(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address})
	tel.instrument(t, client)
	ctx := t.Context()
	pipe := func(fn func(redis.Pipeliner) error) {
		t.Helper()
		if _, err := client.Pipelined(ctx, fn); err != nil && !errors.Is(err, redis.Nil) && !redis.HasErrorPrefix(err, "WRONGTYPE") {
			t.Fatal(err)
		}
	}
	pipe(func(p redis.Pipeliner) error {
		p.Set(ctx, "a", "1", 0)
		p.Get(ctx, "a")
		p.Get(ctx, "absent")
		return nil
	})
	pipe(func(p redis.Pipeliner) error { p.Get(ctx, "absent"); p.Get(ctx, "a"); return nil })
	pipe(func(p redis.Pipeliner) error { p.HLen(ctx, "absent"); p.HLen(ctx, "absent"); return nil })
	pipe(func(p redis.Pipeliner) error { p.Get(ctx, "absent"); return nil })
	pipe(func(p redis.Pipeliner) error { p.Get(ctx, "absent"); p.LLen(ctx, "a"); return nil })
	transact := func(fn func(redis.Pipeliner) error) {
		t.Helper()
		if _, err := client.TxPipelined(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	transact(func(p redis.Pipeliner) error { p.Set(ctx, "a", "1", 0); p.Incr(ctx, "a"); return nil })
	transact(func(p redis.Pipeliner) error {
		p.Set(ctx, "a", "1", 0)
		p.Set(ctx, "b", "1", 0)
		p.Set(ctx, "c", "1", 0)
		return nil
	})
	transact(func(p redis.Pipeliner) error { p.Set(ctx, "a", "1", 0); return nil })
	err := client.Watch(ctx, func(tx *redis.Tx) error {
		if err := client.Incr(ctx, "a").Err(); err != nil {
			return err
		}
		_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Set(ctx, "a", "1", 0); p.Incr(ctx, "b"); return nil })
		return err
	}, "a")
	if !errors.Is(err, redis.TxFailedErr) {
		t.Fatal(err)
	}
	wantRequests(t, tel, map[string]float64{
		"PIPELINE ok": 2, "PIPELINE GET ok": 1, "PIPELINE error": 1, "GET miss": 1,
		"MULTI ok": 1, "MULTI SET ok": 1, "SET ok": 1, "WATCH ok": 1, "INCR ok": 1, "MULTI conflict": 1,
	})
	for operation, want := range map[string]float64{"PIPELINE": 3 + 2 + 2, "PIPELINE GET": 2, "MULTI": 2 + 2, "MULTI SET": 3} {
		if got := tel.collect(t).Sum("kvdb.batch.items", "db.operation.name", operation); got != want {
			t.Errorf("%s has %v items, want %v", operation, got, want)
		}
	}
}

// A command that waits is counted when it has ended, is nothing that is in flight, and
// has no line about how long it took.
func TestWaiting(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address})
	hook := tel.instrument(t, client)
	done := make(chan error)
	go func() { done <- client.BLPop(context.WithoutCancel(t.Context()), 0, "list").Err() }()
	process.Eventually(t, "a client that waits", func() bool {
		clients := client.Do(t.Context(), "INFO", "clients").String()
		return strings.Contains(clients, "blocked_clients:1")
	})
	if got := tel.collect(t).Sum("kvdb.in_flight"); got != 0 || len(hook.Oldest()) != 0 {
		t.Errorf("%v are in flight", got)
	}
	client.RPush(t.Context(), "list", "value")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	client.BLPop(t.Context(), time.Second, "list")                    // a second is above the threshold of slow
	client.BRPopLPush(t.Context(), "list", "other list", time.Second) //nolint:staticcheck // has no name of its own, since it is deprecated
	client.XRead(t.Context(), &redis.XReadArgs{Streams: []string{"s", "0"}, Block: -1})
	for _, commands := range []int{1, 2} {
		piped := make(chan error)
		go func() {
			_, err := client.Pipelined(context.WithoutCancel(t.Context()), func(p redis.Pipeliner) error {
				p.BLPop(t.Context(), 0, "list")
				if commands == 2 {
					p.Get(t.Context(), "absent")
				}
				return nil
			})
			piped <- err
		}()
		process.Eventually(t, "a pipeline that waits", func() bool {
			clients := client.Do(t.Context(), "INFO", "clients").String()
			return strings.Contains(clients, "blocked_clients:1")
		})
		if got := tel.collect(t).Sum("kvdb.in_flight"); got != 0 || len(hook.Oldest()) != 0 {
			t.Errorf("%v are in flight beside a pipeline of %d", got, commands)
		}
		client.RPush(t.Context(), "list", "value")
		if err := <-piped; err != nil && !errors.Is(err, redis.Nil) {
			t.Fatal(err)
		}
	}
	client.TxPipelined(t.Context(), func(p redis.Pipeliner) error { // a miss
		p.BLPop(t.Context(), 0, "absent")
		p.Get(t.Context(), "absent")
		return nil
	})
	got := tel.requests(t)
	delete(got, "other ok") // INFO
	if want := map[string]float64{"RPUSH ok": 3, "BLPOP ok": 2, "MULTI ok": 1, "BLPOP miss": 1, "XREAD miss": 1, "other miss": 1}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if lines := tel.log.String(); lines != "" {
		t.Error(lines)
	}
}

// Subscriptions, and what the client says when it connects, are no operations.
func TestUnrecorded(t *testing.T) {
	address, _ := startServer(t, "--requirepass", "secret")
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address, Password: "secret", DB: 2, ClientName: "name"})
	tel.instrument(t, client)
	sub := client.Subscribe(t.Context(), "channel")
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.Publish(t.Context(), "channel", "message").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := sub.ReceiveMessage(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := sub.Close(); err != nil {
		t.Fatal(err)
	}
	wantRequests(t, tel, map[string]float64{"PUBLISH ok": 1})
}

// What is not a success has a type and, on the caller's side, the error as the client
// gave it.
func TestErrors(t *testing.T) {
	address, server := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address, MaxRetries: -1, ContextTimeoutEnabled: true})
	tel.instrument(t, client)
	ctx := t.Context()
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	client.HSet(ctx, "secret-key", "secret-field", "secret-value")
	for _, err := range []error{
		client.Get(ctx, "secret-key").Err(), client.Get(canceled, "secret-key").Err(), client.Do(ctx, "secret-command", "secret-key").Err(),
		client.Eval(ctx, "return redis.error_reply('MY secret-value')", []string{"secret-key"}).Err(),
	} {
		if err == nil {
			t.Fatal("no error")
		}
	}
	server.Kill(t)
	if err := client.Set(ctx, "secret-key", "secret-value", 0).Err(); err == nil {
		t.Fatal("no error")
	}
	_ = client.Close()
	if err := client.Set(ctx, "secret-key", "secret-value", 0).Err(); !errors.Is(err, redis.ErrClosed) {
		t.Fatal(err)
	}
	all := tel.collect(t)
	var types []string
	for _, s := range all.Find("kvdb.errors") {
		if s.Value > 0 {
			types = append(types, s.Attributes["db.operation.name"]+" "+s.Attributes["error.type"])
		}
	}
	slices.Sort(types)
	if want := []string{"EVAL _OTHER", "GET invalid_argument", "SET closed", "SET unavailable", "other invalid_argument"}; !slices.Equal(types, want) {
		t.Errorf("%q, want %q", types, want)
	}
	if got := all.Sum("kvdb.requests", "kvdb.outcome", "canceled"); got != 1 {
		t.Errorf("%v were cancelled", got)
	}
	if lines := tel.log.String(); strings.Contains(lines, "secret") || len(tel.log.Lines(t)) < 5 {
		t.Error(lines)
	}
}

// An unmarshalable argument says why it has no bytes, and quotes what it is.
type unmarshalable struct{ key, value string }

func (u unmarshalable) Error() string                  { return u.key + " has " + u.value }
func (u unmarshalable) MarshalBinary() ([]byte, error) { return nil, u }

// What a caller's own MarshalBinary says is the caller's, and in no line and no span.
func TestArgumentErrors(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address})
	tel.instrument(t, client)
	ctx, parent := tel.tracers.Tracer("test").Start(t.Context(), "parent")
	argument := unmarshalable{"marked-key", "marked-value"}
	_, piped := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "marked-key")
		p.Set(ctx, "marked-key", argument, 0)
		return nil
	})
	_, transacted := client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, "marked-key", argument, 0)
		p.Set(ctx, "marked-key", argument, 0)
		return nil
	})
	for call, err := range map[string]error{
		"SET": client.Set(ctx, "marked-key", argument, 0).Err(), "HSET": client.HSet(ctx, "marked-key", "marked-value", argument).Err(),
		"a pipeline": piped, "a transaction": transacted, "BLPOP": client.Do(ctx, "BLPOP", argument, 1).Err(),
	} {
		if got, ok := errors.AsType[unmarshalable](err); !ok || got != argument {
			t.Errorf("%s: %v is not what the argument said", call, err)
		}
	}
	parent.End()
	if lines := tel.log.String(); strings.Contains(lines, "marked") || !strings.Contains(lines, "redishook_test.unmarshalable") {
		t.Error(lines)
	}
	ended := tel.spans.Ended()
	if said := fmt.Sprint(tracetest.SpanStubsFromReadOnlySpans(ended)); strings.Contains(said, "marked") || len(ended) < 5 {
		t.Errorf("%d spans: %s", len(ended), said)
	}
	for _, s := range tel.collect(t) {
		if strings.Contains(fmt.Sprint(s), "marked") {
			t.Error(s)
		}
	}
}

// A span is below the caller's, has attributes that the conventions have, and no argument.
func TestSpans(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address})
	tel.instrument(t, client)
	client.Get(t.Context(), "secret-key") // outside of a trace there is none
	ctx, parent := tel.tracers.Tracer("test").Start(t.Context(), "parent")
	client.Set(ctx, "secret-key", "secret-value", 0)
	client.LLen(ctx, "secret-key")
	_, _ = client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "secret-key"); p.Get(ctx, "secret-key"); return nil })
	client.BLPop(ctx, 10*time.Millisecond, "absent")
	parent.End()
	host, port, _ := strings.Cut(address, ":")
	same := " server.address=\"" + host + "\" server.port=\"" + port + "\""
	var lines []string
	for _, s := range tel.spans.Ended() {
		if s.SpanKind() == trace.SpanKindClient {
			line := testutil.SpanLines([]sdktrace.ReadOnlySpan{s}, s.StartTime())[0]
			if s.Parent().SpanID() != parent.SpanContext().SpanID() {
				t.Error(line)
			}
			_, attributes, _ := strings.Cut(line, " db.system.name=")
			lines = append(lines, s.Name()+" "+s.Status().Code.String()+" "+strings.Replace(attributes, same, "", 1))
		}
	}
	want := []string{
		`SET 0 Unset "redis" db.namespace="0" db.operation.name="SET"`,
		`LLEN 0 Error "redis" db.namespace="0" db.operation.name="LLEN" error.type="invalid_argument"`,
		`PIPELINE GET 0 Unset "redis" db.namespace="0" db.operation.name="PIPELINE GET" db.operation.batch.size="2"`,
		`BLPOP 0 Unset "redis" db.namespace="0" db.operation.name="BLPOP"`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}
