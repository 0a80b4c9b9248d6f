package instrument_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// Readings that are too old are left out; their age tells why.
func TestStaleReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		var failing setting[bool]
		below.Report(testutil.Gauge("kvdb.engine.disk.size", "By", "Size", 1), testutil.Disk(0.5))
		read := below.Stats
		below.Stats = func(ctx context.Context, dst []float64) ([]float64, error) {
			if failing.get() {
				return dst, kvdb.ErrUnavailable
			}
			return read(ctx, dst)
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
			for _, name := range []string{"kvdb.engine.disk.size", "kvdb.utilization", "kvdb.replication.lag"} {
				if got := collected.Find(name); (len(got) == 1) != there {
					t.Errorf("at the age %v, %s is %v, want it there: %v", age, name, got, there)
				}
			}
			if got := collected.Find("kvdb.replication.connected"); len(got) != 1 || (got[0].Value == 1) != there {
				t.Errorf("at the age %v, kvdb.replication.connected is %v, want one that is 1: %v", age, got, there)
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
		none := map[string]float64{"a": 0, "b": 0, "unknown": 0, "\uFFFD": 0}
		failure.set(&kvdb.Error{Op: "lag", Kind: kvdb.ErrLagUnknown})
		time.Sleep(10 * time.Second)
		check(nil, none)
		failure.set(nil)
		time.Sleep(10 * time.Second)
		check(map[string]float64{"a": 1}, map[string]float64{"a": 1, "b": 0, "unknown": 0, "\uFFFD": 0})
		failure.set(errors.New("cannot be asked"))
		time.Sleep(20 * time.Second)
		check(map[string]float64{"a": 1}, map[string]float64{"a": 1, "b": 0, "unknown": 0, "\uFFFD": 0})
		time.Sleep(20 * time.Second)
		check(nil, none)
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
				below.Stats = func(ctx context.Context, dst []float64) ([]float64, error) {
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

// What was counted since the last reading is read at Close, and told for as long as a farewell waits.
func TestLastReading(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var pool setting[kvdb.PoolStats]
				var flushes setting[float64]
				below := pooled(&pool)
				below.Report(testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 0))
				below.Stats = func(_ context.Context, dst []float64) ([]float64, error) { return append(dst, flushes.get()), nil }
				to, collect := p.open(t)
				w := wrap(t, below, to)
				time.Sleep(15 * time.Second)
				pool.set(kvdb.PoolStats{Timeouts: 3, Dials: kvdb.FailedDials{Unavailable: 2}})
				flushes.set(5)
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				pool.set(kvdb.PoolStats{Timeouts: 9})
				time.Sleep(4 * time.Minute)
				got := collect()
				for name, want := range map[string]float64{"db.client.connection.timeouts": 3, "kvdb.dial.errors": 2, "kvdb.engine.flushes": 5} {
					if n := got.Sum(name); n != want {
						t.Errorf("%s is %v after Close, want %v", name, n, want)
					}
				}
				if gauges := got.Find("db.client.connection.count"); len(gauges) != 0 {
					t.Errorf("after Close there is %v", gauges)
				}
			})
		})
	}
}

// A store that is closed at once is read, and one that does not answer is not asked again.
func TestLastReadingIsShort(t *testing.T) {
	for name, c := range map[string]struct{ open, close time.Duration }{
		"at once": {0, time.Second}, "under way": {21 * time.Second, 0}, "after it": {28 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				below := testutil.NewFaulty()
				below.Pool = func(ctx context.Context) (kvdb.PoolStats, error) {
					<-ctx.Done()
					return kvdb.PoolStats{}, ctx.Err()
				}
				w := wrap(t, below, instrument.WithRegistry(instrument.NewRegistry()))
				time.Sleep(c.open)
				before := time.Now()
				if err := w.Close(); err != nil || time.Since(before) != c.close {
					t.Errorf("Close took %v, want %v: %v", time.Since(before), c.close, err)
				}
			})
		})
	}
}

// A reading that Close cuts short says nothing of the engine: the last one is made.
func TestLastReadingAfterOneCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below, calls := testutil.NewFaulty(), 0
		below.Pool = func(ctx context.Context) (kvdb.PoolStats, error) {
			if calls++; calls == 3 {
				<-ctx.Done()
				return kvdb.PoolStats{}, ctx.Err()
			}
			return kvdb.PoolStats{Timeouts: int64(calls)}, nil
		}
		r := instrument.NewRegistry()
		p := r.NewProducer()
		w := wrap(t, below, instrument.WithRegistry(r))
		time.Sleep(21 * time.Second)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if n := testutil.Collect(t, p).Sum("db.client.connection.timeouts"); n != 4 {
			t.Errorf("%v time-outs, want those of the fourth reading", n)
		}
	})
}

// A reading that ignores its context and returns after Close is the last one: the engine is closed.
func TestNoReadingAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := &slowPool{Memory: kvdb.NewMemory(nil)}
		w := wrap(t, below, instrument.WithRegistry(instrument.NewRegistry()))
		time.Sleep(21 * time.Second)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if n := below.calls.Load(); n != 3 {
			t.Errorf("%d readings, want none after Close", n)
		}
	})
}

// A slowPool is a store whose third reading takes long. It does not know that it is closed.
type slowPool struct {
	*kvdb.Memory
	calls atomic.Int32
}

func (p *slowPool) PoolStats(context.Context) (kvdb.PoolStats, error) {
	if p.calls.Add(1) == 3 {
		time.Sleep(20 * time.Second)
	}
	return kvdb.PoolStats{}, nil
}

// Nothing is read after Close, and readings stop at once when they can.
func TestPollEndsWithClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		calls := 0
		below.Stats = func(_ context.Context, dst []float64) ([]float64, error) {
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
		if calls != 4 {
			t.Errorf("%d readings, want one at Close and none after it", calls)
		}
	})
}
