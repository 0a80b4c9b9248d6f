package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

func TestEngineMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		below.Stats = func(_ context.Context, dst []kvdb.Stat) ([]kvdb.Stat, error) {
			return append(dst,
				kvdb.Stat{Name: "kvdb.engine.disk.size", Unit: "By", Help: "Size", Value: 4096},
				kvdb.Stat{Name: "kvdb.engine.disk.size", Unit: "By", Help: "Said twice", Value: 1},
				kvdb.Stat{Name: "kvdb.engine.flushes", Unit: "{flush}", Help: "Flushes", Counter: true, Value: 3},
				kvdb.Stat{Name: "kvdb.engine.nan", Unit: "1", Help: "Nothing", Value: math.NaN()},
				kvdb.Stat{Name: "kvdb.engine.infinite", Unit: "1", Help: "Too much", Value: math.Inf(1)},
				kvdb.Stat{Name: instrument.DiskUtilizationStat, Unit: "1", Help: "Disk", Value: 0.25},
				kvdb.Stat{Name: "kvdb.requests", Unit: "1", Help: "Not the engine's to say", Counter: true, Value: 9},
			), nil
		}
		h := newHarnessOver(t, below)
		defer h.Close()
		synctest.Wait()
		got := make(map[string]float64)
		for _, s := range h.collect() {
			if s.Name == "kvdb.utilization" || s.Name == "kvdb.stats.age" || s.Attributes["db.operation.name"] == "" && s.Name != "kvdb.in_flight" && s.Name != "kvdb.log.suppressed" {
				got[s.Series()] = s.Value
			}
		}
		equalMaps(t, "series", got, map[string]float64{
			`kvdb.engine.disk.size{db.namespace="memory",db.system.name="memory"}`:                 4096,
			`kvdb.engine.flushes{db.namespace="memory",db.system.name="memory"}`:                   3,
			`kvdb.utilization{db.namespace="memory",db.system.name="memory",kvdb.resource="disk"}`: 0.25,
			`kvdb.stats.age{db.namespace="memory",db.system.name="memory"}`:                        0,
		})
	})
}

// Two engines that disagree about what a name means do not share it.
func TestEngineMetricsDisagree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		p := r.NewProducer()
		for i, stats := range [][]kvdb.Stat{
			{{Name: "kvdb.engine.a", Unit: "By"}, {Name: "kvdb.engine.b", Counter: true}, {Name: "kvdb.engine.c"}},
			{{Name: "kvdb.engine.a", Unit: "s"}, {Name: "kvdb.engine.b"}, {Name: "kvdb.engine.c", Counter: true}},
			{{Name: "kvdb.engine.a", Unit: "By"}, {Name: "kvdb.engine.b", Counter: true}, {Name: "kvdb.engine.c"}},
		} {
			below := testutil.NewFaulty()
			below.Stats = func(_ context.Context, dst []kvdb.Stat) ([]kvdb.Stat, error) { return append(dst, stats...), nil }
			w := wrap(t, below, instrument.WithRegistry(r), instrument.WithNamespace(fmt.Sprint(i)))
			defer w.Close()
		}
		synctest.Wait()
		collected := testutil.Collect(t, p)
		for _, name := range []string{"kvdb.engine.a", "kvdb.engine.b", "kvdb.engine.c"} {
			if got := collected.Find(name); len(got) != 2 || got[0].Attributes["db.namespace"] != "0" || got[1].Attributes["db.namespace"] != "2" {
				t.Errorf("%s is %v, want the first and the third store's", name, got)
			}
		}
	})
}

func TestEngineMetricsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		below.Stats = func(_ context.Context, dst []kvdb.Stat) ([]kvdb.Stat, error) {
			for i := range 1000 {
				dst = append(dst, kvdb.Stat{Name: fmt.Sprint("kvdb.engine.s", i), Value: 1})
			}
			return dst, nil
		}
		round := 0
		below.Lag = func(context.Context) (map[string]time.Duration, error) {
			lag := make(map[string]time.Duration)
			for i := range 1000 {
				lag[fmt.Sprint(round, " ", i)] = time.Second
			}
			round++
			return lag, nil
		}
		h := newHarnessOver(t, below)
		defer h.Close()
		for range 3 {
			time.Sleep(11 * time.Second)
			collected := h.collect()
			engine := 0
			for _, s := range collected {
				if len(s.Name) > 12 && s.Name[:12] == "kvdb.engine." {
					engine++
				}
			}
			if engine != 32 || len(collected.Find("kvdb.replication.connected")) != 32 {
				t.Errorf("%d statistics and %d replicas, want 32 of each", engine, len(collected.Find("kvdb.replication.connected")))
			}
		}
	})
}

// Readings that are too old are left out; their age tells why.
func TestStaleReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		var failing setting[bool]
		below.Stats = func(_ context.Context, dst []kvdb.Stat) ([]kvdb.Stat, error) {
			if failing.get() {
				return dst, kvdb.ErrUnavailable
			}
			return append(dst, kvdb.Stat{Name: "kvdb.engine.disk.size", Unit: "By", Value: 1},
				kvdb.Stat{Name: instrument.DiskUtilizationStat, Unit: "1", Value: 0.5}), nil
		}
		below.Lag = func(context.Context) (map[string]time.Duration, error) {
			if failing.get() {
				return nil, kvdb.ErrUnavailable
			}
			return map[string]time.Duration{"replica": 2 * time.Second}, nil
		}
		h := newHarnessOver(t, below)
		defer h.Close()
		want := func(age float64, there bool) {
			t.Helper()
			synctest.Wait()
			collected := h.collect()
			if got := collected.Sum("kvdb.stats.age"); got != age {
				t.Errorf("kvdb.stats.age is %v, want %v", got, age)
			}
			for _, name := range []string{"kvdb.engine.disk.size", "kvdb.utilization", "kvdb.replication.lag", "kvdb.replication.connected"} {
				if got := collected.Find(name); (len(got) == 1) != there {
					t.Errorf("at the age %v, %s is %v, want it there: %v", age, name, got, there)
				}
			}
		}
		want(0, true)
		time.Sleep(9 * time.Second)
		want(9, true)
		failing.set(true)
		time.Sleep(21 * time.Second)
		want(30, true)
		time.Sleep(time.Second)
		want(31, false)
		time.Sleep(time.Hour)
		want(3631, false)
		failing.set(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := h.collect().Sum("kvdb.stats.age"); got >= 10 {
			t.Errorf("kvdb.stats.age is %v after a good reading", got)
		}
	})
}

func TestReplicationLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		var lag setting[map[string]time.Duration]
		var failure setting[error]
		below.Lag = func(context.Context) (map[string]time.Duration, error) { return lag.get(), failure.get() }
		lag.set(map[string]time.Duration{"a": 1500 * time.Millisecond, "b": 0, "": time.Second, "\xff": time.Second})
		h := newHarnessOver(t, below)
		defer h.Close()
		check := func(lags, connected map[string]float64) {
			t.Helper()
			synctest.Wait()
			collected := h.collect()
			for name, want := range map[string]map[string]float64{"kvdb.replication.lag": lags, "kvdb.replication.connected": connected} {
				got := make(map[string]float64)
				for _, s := range collected.Find(name) {
					got[s.Attributes["kvdb.replica"]] = s.Value
				}
				equalMaps(t, name, got, want)
			}
		}
		check(map[string]float64{"a": 1.5, "b": 0, "unknown": 1, "\uFFFD": 1}, map[string]float64{"a": 1, "b": 1, "unknown": 1, "\uFFFD": 1})
		lag.set(map[string]time.Duration{"a": time.Second})
		time.Sleep(10 * time.Second)
		check(map[string]float64{"a": 1}, map[string]float64{"a": 1, "b": 0, "unknown": 0, "\uFFFD": 0})
		failure.set(&kvdb.Error{Op: "lag", Kind: kvdb.ErrLagUnknown})
		time.Sleep(10 * time.Second)
		check(nil, nil)
		failure.set(nil)
		time.Sleep(10 * time.Second)
		check(map[string]float64{"a": 1}, map[string]float64{"a": 1, "b": 0, "unknown": 0, "\uFFFD": 0})
		failure.set(errors.New("cannot be asked"))
		time.Sleep(20 * time.Second)
		check(map[string]float64{"a": 1}, map[string]float64{"a": 1, "b": 0, "unknown": 0, "\uFFFD": 0})
		time.Sleep(20 * time.Second)
		check(nil, nil)
	})
}

// An engine that panics or hangs when it is read hangs alone: scrapes are
// served, and Close returns.
func TestPollFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(ctx context.Context, release <-chan struct{})
		close time.Duration // how long Close may take
	}{
		{"panics", func(context.Context, <-chan struct{}) { panic("in a reading") }, 0},
		{"hangs until the time-out", func(ctx context.Context, _ <-chan struct{}) { <-ctx.Done() }, 0},
		{"ignores the time-out", func(_ context.Context, release <-chan struct{}) { <-release }, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				below := testutil.NewFaulty()
				release := make(chan struct{})
				under, most, calls := 0, 0, 0
				below.Stats = func(ctx context.Context, dst []kvdb.Stat) ([]kvdb.Stat, error) {
					calls++
					under++
					most = max(most, under)
					defer func() { under-- }()
					c.fault(ctx, release)
					return dst, ctx.Err()
				}
				below.Lag = func(ctx context.Context) (map[string]time.Duration, error) {
					c.fault(ctx, release)
					return nil, ctx.Err()
				}
				h := newHarnessOver(t, below)
				for range 10 {
					time.Sleep(10 * time.Second)
					synctest.Wait()
					_, _ = h.Get(t.Context(), []byte("key"))
					before := time.Now()
					collected := h.collect()
					if time.Since(before) != 0 {
						t.Errorf("a scrape took %v", time.Since(before))
					}
					if got := collected.Find("kvdb.engine.disk.size"); len(got) > 0 {
						t.Errorf("there is %v", got)
					}
				}
				if age := h.collect().Sum("kvdb.stats.age"); age != 100 {
					t.Errorf("kvdb.stats.age is %v, want 100 s since Wrap", age)
				}
				if most != 1 {
					t.Errorf("%d readings at once", most)
				}
				if c.close == 0 && calls < 10 {
					t.Errorf("%d readings in 100 s, want one each 10 s", calls)
				}
				before := time.Now()
				if err := h.Close(); err != nil {
					t.Error(err)
				}
				if took := time.Since(before); took > c.close {
					t.Errorf("Close took %v, want at most %v", took, c.close)
				}
				if n := requests(t, h.producer); n != 10 {
					t.Errorf("%v requests after Close, want 10", n)
				}
				close(release)
				synctest.Wait()
			})
		})
	}
}

// Nothing is read after Close, and readings stop at once when they can.
func TestPollEndsWithClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		calls := 0
		below.Stats = func(_ context.Context, dst []kvdb.Stat) ([]kvdb.Stat, error) {
			calls++
			return dst, nil
		}
		h := newHarnessOver(t, below)
		time.Sleep(25 * time.Second)
		synctest.Wait()
		if calls != 3 {
			t.Errorf("%d readings in 25 s, want one at once and one each 10 s", calls)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if calls != 3 {
			t.Errorf("%d readings, want none after Close", calls)
		}
	})
}
