package pools_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/pools"
)

// refuser is a network on which nobody listens.
type refuser struct{ dials atomic.Int64 }

func (r *refuser) dial(context.Context, string, string) (net.Conn, error) {
	r.dials.Add(1)
	return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
}

func unavailable(context.Context, error) error { return kvdb.ErrUnavailable }

// The dials of every kind of client are counted, and reading connects to nobody.
func TestDials(t *testing.T) {
	const address = "127.0.0.1:6379" // which nobody dials
	for name, open := range map[string]func(*refuser) redis.UniversalClient{
		"single": func(r *refuser) redis.UniversalClient {
			return redis.NewClient(&redis.Options{Addr: address, Dialer: r.dial, MaxRetries: -1, DialerRetries: 1})
		},
		"sentinels": func(r *refuser) redis.UniversalClient {
			return redis.NewFailoverClient(&redis.FailoverOptions{MasterName: "m", SentinelAddrs: []string{address}, Dialer: r.dial, MaxRetries: -1, DialerRetries: 1})
		},
		"cluster": func(r *refuser) redis.UniversalClient {
			return redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{address}, Dialer: r.dial, MaxRedirects: -1, DialerRetries: 1})
		},
		"ring": func(r *refuser) redis.UniversalClient {
			return redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"one": address}, Dialer: r.dial, MaxRetries: -1, DialerRetries: 1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var r refuser
			client := open(&r)
			defer func() { _ = client.Close() }()
			dials := &pools.Dials{Classify: unavailable}
			dials.Watch(client)
			p := pools.Of(client, dials)
			before, err := p.PoolStats(t.Context())
			if err != nil || r.dials.Load() != 0 && name != "ring" { // which looks for its shards itself
				t.Errorf("%v, and %d dials to read the pool", err, r.dials.Load())
			}
			if known := name == "single" || name == "sentinels"; known != (before.Max > 0) || known != (before.Pending == 0) {
				t.Errorf("%+v", before)
			}
			if err := client.Get(t.Context(), "key").Err(); err == nil {
				t.Fatal("somebody answered")
			}
			after, _ := p.PoolStats(t.Context())
			if n := after.Dials.Unavailable; n == 0 || n > r.dials.Load() || after.Dials.Other != 0 || after.Dials.Timeout != 0 {
				t.Errorf("%+v after %d dials", after.Dials, r.dials.Load())
			}
		})
	}
}

// Dials that nobody counts are not known.
func TestUncounted(t *testing.T) {
	client := redis.NewClient(&redis.Options{PipelinePoolSize: 4, PoolSize: 3, MaxIdleConns: 2, MinIdleConns: 0})
	defer func() { _ = client.Close() }()
	got, err := pools.Of(client, nil).PoolStats(t.Context())
	want := kvdb.PoolStats{Max: 7, IdleMax: 4, Dials: kvdb.FailedDials{Timeout: -1, Unavailable: -1, Other: -1}}
	if err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}

// A dial whose caller went away has not failed: that of a subscription, as those of a pool go on
// for others.
func TestNobodyWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", MaxRetries: -1, DialerRetries: 1, Dialer: func(context.Context, string, string) (net.Conn, error) {
		cancel()
		return nil, errors.New("canceled")
	}})
	defer func() { _ = client.Close() }()
	dials := &pools.Dials{Classify: unavailable}
	dials.Watch(client)
	_ = client.Subscribe(ctx, "channel").Ping(ctx)
	if got, _ := pools.Of(client, dials).PoolStats(t.Context()); got.Dials != (kvdb.FailedDials{}) {
		t.Errorf("%+v", got.Dials)
	}
}
