package redishook_test

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// eventually waits for a value of a metric, which is read every ten seconds and when the hook is put on.
func (tel *telemetry) eventually(t *testing.T, want float64, metric string, attributes ...string) {
	t.Helper()
	process.Eventually(t, metric, func() bool {
		found := tel.collect(t).Find(metric, attributes...)
		return len(found) == 1 && found[0].Value == want
	})
}

// The client's connections have the names of the semantic conventions.
func TestConnections(t *testing.T) {
	address, _ := startServer(t)
	tel := newTelemetry(t)
	client := connect(t, &redis.Options{Addr: address, PoolSize: 5, MinIdleConns: 1, MaxIdleConns: 3})
	process.Eventually(t, "a connection in reserve", func() bool { return client.PoolStats().IdleConns == 1 })
	hook := tel.instrument(t, client)
	const pool = "db.client.connection.pool.name"
	tel.eventually(t, 1, "db.client.connection.count", "db.client.connection.state", "idle", pool, address+"/0")
	tel.eventually(t, 0, "db.client.connection.count", "db.client.connection.state", "used")
	for metric, want := range map[string]float64{
		"db.client.connection.max": 5 + redis.DefaultPipelinePoolSize, "db.client.connection.idle.min": 1, "db.client.connection.idle.max": 6,
		"db.client.connection.pending_requests": 0, "db.client.connection.timeouts": 0,
	} {
		tel.eventually(t, want, metric, pool, address+"/0")
	}
	if err := hook.Close(); err != nil {
		t.Fatal(err)
	}
	if got := tel.collect(t).Find("db.client.connection.count"); len(got) != 0 {
		t.Errorf("after Close there is %v", got)
	}
}

// Attempts to connect that fail are seen, by what went wrong, also those that no command waits for.
func TestFailedDials(t *testing.T) {
	const address = "127.0.0.1:6379" // which nobody dials
	for name, c := range map[string]struct {
		dial func(context.Context) error
		want string
	}{
		"refused": {func(context.Context) error { return &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED} }, "unavailable"},
		"silent": {func(ctx context.Context) error {
			<-ctx.Done()
			return &net.OpError{Op: "dial", Err: ctx.Err()}
		}, "timeout"},
		"strange": {func(context.Context) error { return errors.New("of another kind: " + address) }, "_OTHER"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tel := newTelemetry(t)
				attempts := 0
				client := connect(t, &redis.Options{
					Addr: address, MaxRetries: -1, DialerRetries: 3,
					Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
						attempts++
						return nil, c.dial(ctx)
					},
				})
				hook := tel.instrument(t, client)
				if err := client.Get(t.Context(), "key").Err(); err == nil {
					t.Fatal("a server answered")
				}
				gone, cancel := context.WithTimeout(t.Context(), time.Hour)
				cancel()
				_ = client.Get(gone, "key").Err() // which nobody waits for
				time.Sleep(10 * time.Second)
				synctest.Wait()
				got := tel.collect(t).Find("kvdb.dial.errors")
				if len(got) != 3 || attempts != 3 {
					t.Errorf("%d attempts, and there is %v", attempts, got)
				}
				for _, s := range got {
					want := 0.0
					if s.Attributes["error.type"] == c.want {
						want = 3
					}
					if s.Value != want || s.Attributes["db.client.connection.pool.name"] != address+"/0" || len(s.Attributes) != 6 {
						t.Errorf("%s is %v, want %v", s.Series(), s.Value, want)
					}
				}
				_ = client.Get(t.Context(), "key").Err()
				_, _ = hook.Close(), client.Close()
				if n := tel.collect(t).Sum("kvdb.dial.errors", "error.type", c.want); n != 6 {
					t.Errorf("%v attempts after Close, want those since the last reading, too", n)
				}
			})
		})
	}
}
