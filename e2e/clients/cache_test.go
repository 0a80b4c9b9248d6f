package clients

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/e2e/internal/redisserver"
)

// A cached is a key whose versions rise, and the last one that was answered with OK.
type cached struct {
	key   string
	acked atomic.Int64
}

// A client that keeps what it has read, as rueidis does, never gives a value that is
// older than what was written before it heard from the server for the last time. Redis
// is the reference.
func TestClientSideCache(t *testing.T) {
	t.Run("redis", func(t *testing.T) { readCached(t, redisserver.Start(t).Address) })
	for _, engine := range kvserver.Engines {
		t.Run(engine, func(t *testing.T) {
			readCached(t, kvserver.Start(t, "-engine", engine, "-sync=false").Address)
		})
	}
}

func readCached(t *testing.T, address string) {
	const keys, writers, readers, rounds, reads = 32, 2, 4, 150, 10
	ctx := t.Context()
	// One connection: what the server says behind a reply is heard with the next one.
	c := dialRueidis(t, address, rueidis.ClientOption{PipelineMultiplex: -1})
	all := make([]cached, keys)
	for i := range all {
		all[i].key = fmt.Sprintf("cached-%02d", i)
		write(t, c, []*cached{&all[i]}, 0)
	}

	var stop atomic.Bool
	var writing, reading sync.WaitGroup
	for w := range writers {
		mine := all[w*keys/writers : (w+1)*keys/writers]
		writer := dialRueidis(t, address, rueidis.ClientOption{DisableCache: true})
		writing.Go(func() {
			for version := int64(1); !stop.Load() && !t.Failed(); version++ {
				from := rand.IntN(len(mine))
				var some []*cached
				for i := range mine[from:min(from+int(version%4)+1, len(mine))] {
					some = append(some, &mine[from+i])
				}
				write(t, writer, some, version)
			}
		})
	}
	var hits atomic.Int64
	for range readers {
		reading.Go(func() {
			for range rounds {
				for range reads {
					_, hit := readOne(t, c, &all[rand.IntN(keys)])
					if hit {
						hits.Add(1)
					}
				}
				k := &all[rand.IntN(keys)]
				oldest := k.acked.Load()
				listenRueidis(t, c)
				if got, hit := readOne(t, c, k); got < oldest {
					t.Errorf("%s is %d, and %d was written; from the cache: %t", k.key, got, oldest, hit)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
	reading.Wait()
	stop.Store(true)
	writing.Wait()
	t.Logf("%d of %d reads were from the cache", hits.Load(), readers*rounds*reads)

	// In the end all is as it was written, and comes from the cache.
	listenRueidis(t, c)
	for i := range all {
		for _, cache := range []bool{false, true} {
			if got, hit := readOne(t, c, &all[i]); got != all[i].acked.Load() || cache && !hit {
				t.Errorf("%s is %d, and %d was written; from the cache: %t", all[i].key, got, all[i].acked.Load(), hit)
			}
		}
	}
	if err := c.Do(ctx, c.B().Flushall().Build()).Error(); err != nil {
		t.Fatal(err)
	}
	listenRueidis(t, c)
	if v, err := c.DoCache(ctx, c.B().Get().Key(all[0].key).Cache(), time.Hour).ToString(); !rueidis.IsRedisNil(err) {
		t.Errorf("after FLUSHALL: %q, %v", v, err)
	}
}

func dialRueidis(t *testing.T, address string, o rueidis.ClientOption) rueidis.Client {
	t.Helper()
	o.InitAddress = []string{address}
	c, err := rueidis.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// write writes a version of keys, in one of the ways that there are.
func write(t *testing.T, c rueidis.Client, keys []*cached, version int64) {
	ctx, v := context.WithoutCancel(t.Context()), strconv.FormatInt(version, 10)
	var err error
	switch {
	case len(keys) == 1:
		err = c.Do(ctx, c.B().Set().Key(keys[0].key).Value(v).Build()).Error()
	case len(keys) == 2:
		commands := rueidis.Commands{c.B().Multi().Build()}
		for _, k := range keys {
			commands = append(commands, c.B().Del().Key(k.key).Build(), c.B().Set().Key(k.key).Value(v).Build())
		}
		for _, result := range c.DoMulti(ctx, append(commands, c.B().Exec().Build())...) {
			if err == nil {
				err = result.Error()
			}
		}
	default:
		pairs := c.B().Mset().KeyValue()
		for _, k := range keys {
			pairs = pairs.KeyValue(k.key, v)
		}
		err = c.Do(ctx, pairs.Build()).Error()
	}
	if err != nil {
		t.Errorf("write: %v", err)
	}
	for _, k := range keys {
		k.acked.Store(version)
	}
}

func readOne(t *testing.T, c rueidis.Client, k *cached) (version int64, hit bool) {
	result := c.DoCache(t.Context(), c.B().Get().Key(k.key).Cache(), time.Hour)
	version, err := result.AsInt64()
	if err != nil && !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("get %s: %v", k.key, err)
	}
	return version, result.IsCacheHit()
}

// listenRueidis returns when the client has heard all that the server had for it. What
// comes behind the first reply is heard before the second one.
func listenRueidis(t *testing.T, c rueidis.Client) {
	for range 2 {
		if err := c.Do(t.Context(), c.B().Ping().Build()).Error(); err != nil {
			t.Errorf("ping: %v", err)
		}
	}
}
