package redishook_test

import (
	"runtime"
	"testing"

	"github.com/redis/go-redis/v9"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/kvdb/kvredis/redishook"
)

// Clients and stores that come and go a thousand times leave nothing behind: no series once their last
// values are told, no goroutine, no connection, and no memory that grows with their number, as a callback or a
// series that stays would.
func TestAThousandTimes(t *testing.T) {
	address, server := startServer(t)
	watcher := connect(t, &redis.Options{Addr: address})
	before := clients(t, watcher)
	here := goleak.IgnoreCurrent()
	for name, cycle := range map[string]func(*testing.T, instrument.Option){
		"hook": func(t *testing.T, to instrument.Option) {
			client := redis.NewClient(&redis.Options{Addr: address})
			hook, err := redishook.Instrument(client, to)
			if err != nil {
				t.Fatal(err)
			}
			if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
				t.Fatal(err)
			}
			closeBoth(t, hook, client)
		},
		"adapter": func(t *testing.T, to instrument.Option) {
			store, err := kvredis.Open(t.Context(), address, nil)
			if err != nil {
				t.Fatal(err)
			}
			wrapped, err := instrument.Wrap(store, to)
			if err != nil {
				t.Fatal(err)
			}
			if err := wrapped.Put(t.Context(), []byte("key"), []byte("value")); err != nil {
				t.Fatal(err)
			}
			closeBoth(t, wrapped)
		},
	} {
		t.Run(name+" through a MeterProvider", func(t *testing.T) {
			reader := sdkmetric.NewManualReader()
			to := instrument.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
			var settled uint64
			for i := range 1000 {
				cycle(t, to)
				if i == 500 {
					settled = heap()
				}
			}
			var left metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &left); err != nil {
				t.Fatal(err)
			}
			for _, scope := range left.ScopeMetrics {
				for _, m := range scope.Metrics {
					if m.Name == "db.client.connection.count" {
						t.Errorf("there is %v", m)
					}
				}
			}
			if grown := int64(heap()) - int64(settled); grown > 500*1024 {
				t.Errorf("the last five hundred left %d bytes", grown)
			}
			server.Eventually(t, "no connection is left", func() bool { return clients(t, watcher) == before })
			goleak.VerifyNone(t, here)
			runtime.KeepAlive(to)
		})
		t.Run(name, func(t *testing.T) {
			registry := instrument.NewRegistry()
			producer := registry.NewProducer()
			to := instrument.WithRegistry(registry)
			var settled uint64
			for i := range 1000 {
				cycle(t, to)
				if i%250 == 0 {
					testutil.Collect(t, producer) // their last values
				}
				if i == 500 {
					settled = heap()
				}
			}
			testutil.Collect(t, producer)
			if left := testutil.Collect(t, producer).Find("kvdb.requests"); len(left) > 0 {
				t.Errorf("%d series are left of the operations", len(left))
			}
			if left := testutil.Collect(t, producer).Find("db.client.connection.count"); len(left) > 0 {
				t.Errorf("%d series are left of the connections", len(left))
			}
			if grown := int64(heap()) - int64(settled); grown > 500*1024 {
				t.Errorf("the last five hundred left %d bytes", grown)
			}
			server.Eventually(t, "no connection is left", func() bool { return clients(t, watcher) == before })
			goleak.VerifyNone(t, here)
			runtime.KeepAlive(registry)
		})
	}
}

func closeBoth(t *testing.T, all ...interface{ Close() error }) {
	t.Helper()
	for _, c := range all {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// clients returns how many connections the server has.
func clients(t *testing.T, watcher *redis.Client) int {
	t.Helper()
	list, err := watcher.ClientList(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range list {
		if c == '\n' {
			n++
		}
	}
	return n
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
