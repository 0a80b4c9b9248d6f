package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// pooled is a store with a pool of connections.
func pooled(pool *setting[kvdb.PoolStats]) *testutil.Faulty {
	below := testutil.NewFaulty()
	below.Info = kvdb.Info{System: "redis", Namespace: "users", Remote: true, Address: "db.example", Port: 6379}
	below.Pool = func(context.Context) (kvdb.PoolStats, error) { return pool.get(), nil }
	return below
}

const poolLabels = `{db.client.connection.pool.name="db.example:6379/users",db.namespace="users",db.system.name="redis",server.address="db.example",server.port="6379"`

func poolSeries(s testutil.Samples) map[string]float64 {
	got := make(map[string]float64)
	for _, sample := range s {
		if sample.Attributes["db.client.connection.pool.name"] != "" {
			got[sample.Series()] = sample.Value
		}
	}
	return got
}

// Connections have the names of the semantic conventions, on both ways out.
func TestPool(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var pool setting[kvdb.PoolStats]
				pool.set(kvdb.PoolStats{
					Idle: 3, Used: 2, Max: 10, IdleMin: 1, IdleMax: 6, Pending: 1, Timeouts: 4, Waits: 5, WaitTime: 1500 * time.Millisecond,
					Dials: kvdb.FailedDials{Timeout: 7, Unavailable: 8},
				})
				to, collect := p.open(t)
				w := wrap(t, pooled(&pool), to)
				defer w.Close()
				synctest.Wait()
				const state = `{db.client.connection.pool.name="db.example:6379/users",db.client.connection.state=`
				const rest = `,db.namespace="users",db.system.name="redis",server.address="db.example",server.port="6379"}`
				dials := strings.Replace("kvdb.dial.errors"+poolLabels, ",server.address", ",error.type=%q,server.address", 1) + "}"
				want := map[string]float64{
					fmt.Sprintf(dials, "timeout"):                                        7,
					fmt.Sprintf(dials, "unavailable"):                                    8,
					fmt.Sprintf(dials, "_OTHER"):                                         0,
					"db.client.connection.idle.min" + poolLabels + "}":                   1,
					"db.client.connection.idle.max" + poolLabels + "}":                   6,
					"db.client.connection.count" + state + `"idle"` + rest:               3,
					"db.client.connection.count" + state + `"used"` + rest:               2,
					"db.client.connection.max" + poolLabels + "}":                        10,
					"db.client.connection.pending_requests" + poolLabels + "}":           1,
					"db.client.connection.timeouts" + poolLabels + "}":                   4,
					"db.client.connection.wait_time_count" + poolLabels + "}":            5,
					"db.client.connection.wait_time_sum" + poolLabels + "}":              1.5,
					"db.client.connection.wait_time_bucket" + poolLabels + `,le="+Inf"}`: 5,
				}
				if !p.summaries { // a MeterProvider takes no count and sum
					maps.DeleteFunc(want, func(series string, _ float64) bool {
						return strings.HasPrefix(series, "db.client.connection.wait_time")
					})
				}
				equalMaps(t, "series", poolSeries(collect()), want)

				// What is not known, and no limit, are left out.
				pool.set(kvdb.PoolStats{Idle: 3, Used: -1, Max: 0, Pending: -1, Timeouts: -1, Waits: -1, WaitTime: -1, Dials: kvdb.FailedDials{Timeout: -1, Unavailable: 9, Other: -1}})
				time.Sleep(10 * time.Second)
				synctest.Wait()
				equalMaps(t, "what is known", poolSeries(collect()), map[string]float64{
					fmt.Sprintf(dials, "unavailable"):                      9,
					"db.client.connection.count" + state + `"idle"` + rest: 3,
				})
			})
		})
	}
}

// A pool's counts are told as deltas too, with nothing lost while they are not
// known.
func TestPoolDeltas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		delta := newReader(t, r, deltaTemporality)
		cumulative := newReader(t, r, sdkmetric.DefaultTemporalitySelector)
		var pool setting[kvdb.PoolStats]
		w := wrap(t, pooled(&pool), instrument.WithRegistry(r))
		defer w.Close()
		synctest.Wait()
		var timeouts, waits float64
		for _, n := range []int64{3, 3, -1, 7} {
			pool.set(kvdb.PoolStats{Timeouts: n, Waits: n, WaitTime: time.Duration(n) * time.Second})
			time.Sleep(10*time.Second + time.Millisecond)
			synctest.Wait()
			series := delta.counted()
			timeouts += series["db.client.connection.timeouts"+poolLabels+"}"]
			waits += series["db.client.connection.wait_time_sum"+poolLabels+"}"]
		}
		if got := cumulative.counted()["db.client.connection.timeouts"+poolLabels+"}"]; got != 7 || timeouts != 7 || waits != 7 {
			t.Errorf("%v timeouts, deltas %v, of the waits %v, want 7 of each", got, timeouts, waits)
		}
	})
}

// A pool that panics, fails or hangs when it is read is left out, and nothing
// else is.
func TestPoolFaults(t *testing.T) {
	for name, fault := range map[string]func(context.Context) (kvdb.PoolStats, error){
		"panics": func(context.Context) (kvdb.PoolStats, error) { panic("in a reading") },
		"fails":  func(context.Context) (kvdb.PoolStats, error) { return kvdb.PoolStats{Idle: 1}, errors.New("no") },
		"hangs": func(ctx context.Context) (kvdb.PoolStats, error) {
			<-ctx.Done()
			return kvdb.PoolStats{}, ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				below := testutil.NewFaulty()
				below.Report(testutil.Gauge("kvdb.engine.a", "1", "A", 1))
				below.Pool = fault
				h := newHarnessOver(t, below)
				defer h.Close()
				time.Sleep(15 * time.Second)
				synctest.Wait()
				if got := poolSeries(h.collect()); len(got) != 0 {
					t.Errorf("there is %v", got)
				}
				if n := h.collect().Sum("kvdb.engine.a"); n != 1 {
					t.Errorf("a statistic is %v, want 1", n)
				}
			})
		})
	}
}
