package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

func TestEngineMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		below.Report(
			testutil.Gauge("kvdb.engine.disk.size", "By", "Size", 4096),
			testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 3),
			testutil.Gauge("kvdb.engine.nan", "1", "Nothing", math.NaN()),
			testutil.Gauge("kvdb.engine.infinite", "1", "Too much", math.Inf(1)),
			testutil.Disk(0.25),
			testutil.Counter(kvdb.StatFailovers, "{failover}", "Fail-overs", 2),
		)
		h := newHarnessOver(t, below)
		defer h.Close()
		synctest.Wait()
		got := make(map[string]float64)
		for _, s := range h.collect() {
			if s.Name == "kvdb.utilization" || s.Name == "kvdb.stats.age" || s.Attributes["db.operation.name"] == "" && !strings.HasPrefix(s.Name, "kvdb.in_flight") && s.Name != "kvdb.log.suppressed" {
				got[s.Series()] = s.Value
			}
		}
		equalMaps(t, "series", got, map[string]float64{
			`kvdb.engine.disk.size{db.namespace="memory",db.system.name="memory"}`:                 4096,
			`kvdb.engine.flushes{db.namespace="memory",db.system.name="memory"}`:                   3,
			`kvdb.failovers{db.namespace="memory",db.system.name="memory"}`:                        2,
			`kvdb.utilization{db.namespace="memory",db.system.name="memory",kvdb.resource="disk"}`: 0.25,
			`kvdb.stats.age{db.namespace="memory",db.system.name="memory"}`:                        0,
		})
	})
}

// What an engine declares wrongly is an error of Wrap, whoever it reports to, and
// leaves the name free.
func TestWrongStatistics(t *testing.T) {
	stat := func(name, unit string) kvdb.StatInfo { return testutil.Gauge(name, unit, "Some help", 0).StatInfo }
	var many []kvdb.StatInfo
	for i := range kvdb.MaxStats + 1 {
		many = append(many, stat(fmt.Sprint("kvdb.engine.s", i), "1"))
	}
	for name, tt := range map[string]struct {
		infos []kvdb.StatInfo
		want  string
	}{
		"outside the prefix":  {[]kvdb.StatInfo{stat("kvdb.requests", "{request}")}, `"kvdb.requests"`},
		"somebody's":          {[]kvdb.StatInfo{stat("myengine.size", "By")}, `"myengine.size"`},
		"one name, two units": {[]kvdb.StatInfo{stat("kvdb.engine.a", "By"), stat("kvdb.engine.a", "s")}, "one name is one metric"},
		"too many":            {many, "at most 32"},
	} {
		r := instrument.NewRegistry()
		for way, option := range map[string]instrument.Option{
			"registry": instrument.WithRegistry(r), "provider": instrument.WithMeterProvider(newMeterReader().provider),
		} {
			below := testutil.NewFaulty()
			below.Infos = tt.infos
			w, err := instrument.Wrap(below, option)
			if w != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s, %s: Wrap gave a store: %t, and %v, want an error with %q", name, way, w != nil, err, tt.want)
			}
			below.Infos = nil
			if w, err = instrument.Wrap(below, option); err != nil {
				t.Errorf("%s, %s: Wrap of the mended store: %v", name, way, err)
			} else {
				_ = w.Close()
			}
		}
	}
}

type panickingInfos struct{ *testutil.Faulty }

func (panickingInfos) StatInfos() []kvdb.StatInfo { panic("no infos") }

func TestStatInfosPanic(t *testing.T) {
	_, err := instrument.Wrap(panickingInfos{testutil.NewFaulty()}, instrument.WithRegistry(instrument.NewRegistry()))
	if err == nil || !strings.Contains(err.Error(), "StatInfos panicked: no infos") {
		t.Errorf("Wrap: %v", err)
	}
}

// Two engines in one registry cannot disagree about what a name means while
// both are open.
func TestEngineMetricsDisagree(t *testing.T) {
	r := instrument.NewRegistry()
	open := func(namespace string, stats ...testutil.Stat) (*instrument.Store, error) {
		below := testutil.NewFaulty()
		below.Report(stats...)
		return instrument.Wrap(below, instrument.WithRegistry(r), instrument.WithNamespace(namespace))
	}
	first, err := open("first", testutil.Gauge("kvdb.engine.a", "By", "A", 1), testutil.Gauge("kvdb.engine.own", "1", "Own", 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []testutil.Stat{
		testutil.Gauge("kvdb.engine.a", "s", "A", 1), testutil.Counter("kvdb.engine.a", "By", "A", 1),
	} {
		if _, err := open("second", other); err == nil || !strings.Contains(err.Error(), `"kvdb.engine.a"`) {
			t.Errorf("Wrap of another %+v: %v", other, err)
		}
	}
	agrees, err := open("second", testutil.Gauge("kvdb.engine.a", "By", "In other words", 2), testutil.Gauge("kvdb.engine.b", "1", "B", 1))
	if err != nil {
		t.Fatalf("Wrap of one that agrees: %v", err)
	}
	_, _ = first.Close(), agrees.Close()
	later, err := open("third", testutil.Gauge("kvdb.engine.a", "s", "A", 1))
	if err != nil {
		t.Fatalf("Wrap after the others are closed: %v", err)
	}
	_ = later.Close()
}

// A MeterProvider keeps its instruments, so there the first one's meaning of a
// name stays.
func TestEngineMetricsDisagreeInAProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := newMeterReader()
		open := func(namespace, unit string) (*instrument.Store, error) {
			below := testutil.NewFaulty()
			below.Report(testutil.Gauge("kvdb.engine.a", unit, "A of "+namespace, 1))
			return instrument.Wrap(below, instrument.WithMeterProvider(reader.provider), instrument.WithNamespace(namespace))
		}
		first, err := open("first", "By")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open("second", "s"); err == nil || !strings.Contains(err.Error(), `"kvdb.engine.a"`) {
			t.Errorf("Wrap while the first is open: %v", err)
		}
		_ = first.Close()
		if _, err := open("second", "s"); err == nil || !strings.Contains(err.Error(), "one name is one metric") {
			t.Errorf("Wrap once the first is closed: %v", err)
		}
		second, err := open("second", "By")
		if err != nil {
			t.Fatalf("Wrap of one that agrees: %v", err)
		}
		defer second.Close()
		synctest.Wait()
		if got := reader.collect(t).Find("kvdb.engine.a", "db.namespace", "second"); len(got) != 1 {
			t.Errorf("kvdb.engine.a is %v, want the second store's", got)
		}
	})
}

// Where a closed store's last counts disagree with an open one's, they are not
// mixed.
func TestEngineMetricsDisagreeWithAClosedStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		p := r.NewProducer()
		gone := testutil.NewFaulty()
		gone.Report(testutil.Counter("kvdb.engine.a", "s", "A", 1))
		former := wrap(t, gone, instrument.WithRegistry(r), instrument.WithNamespace("closed"))
		synctest.Wait()
		_ = former.Close()
		below := testutil.NewFaulty()
		below.Report(testutil.Counter("kvdb.engine.a", "By", "A", 2))
		w := wrap(t, below, instrument.WithRegistry(r), instrument.WithNamespace("open"))
		defer w.Close()
		synctest.Wait()
		if got := testutil.Collect(t, p).Find("kvdb.engine.a"); len(got) != 1 {
			t.Errorf("kvdb.engine.a is %v, want one unit's", got)
		}
		if got := testutil.Collect(t, p).Find("kvdb.engine.a"); len(got) != 1 || got[0].Attributes["db.namespace"] != "open" {
			t.Errorf("later kvdb.engine.a is %v, want the open store's", got)
		}
	})
}

func TestReplicasAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
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
			if n := len(h.collect().Find("kvdb.replication.connected")); n != 32 {
				t.Errorf("%d replicas, want 32", n)
			}
		}
	})
}

// A reading that has not the values that were declared is not shown, nor one
// value under the name of another, and it is said once.
func TestWrongNumberOfValues(t *testing.T) {
	for name, values := range map[string][]float64{"none": nil, "too few": {1}, "too many": {1, 2, 3}} {
		t.Run(name, func(t *testing.T) {
			var said []error
			otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { said = append(said, err) }))
			defer otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
			synctest.Test(t, func(t *testing.T) {
				below := testutil.NewFaulty()
				below.Report(testutil.Gauge("kvdb.engine.a", "By", "A", 1), testutil.Gauge("kvdb.engine.b", "s", "B", 2))
				good := below.Stats
				var wrong setting[bool]
				wrong.set(true)
				below.Stats = func(ctx context.Context, dst []float64) ([]float64, error) {
					if wrong.get() {
						return append(dst, values...), nil
					}
					return good(ctx, dst)
				}
				h := newHarnessOver(t, below)
				defer h.Close()
				for range 3 {
					synctest.Wait()
					if _, err := h.Get(t.Context(), []byte("key")); !errors.Is(err, kvdb.ErrNotFound) {
						t.Errorf("Get: %v", err)
					}
					collected := h.collect()
					if got := append(collected.Find("kvdb.engine.a"), collected.Find("kvdb.engine.b")...); len(got) != 0 {
						t.Errorf("there is %v", got)
					}
					time.Sleep(10 * time.Second)
				}
				wrong.set(false)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				collected := h.collect()
				if a, b := collected.Sum("kvdb.engine.a"), collected.Sum("kvdb.engine.b"); a != 1 || b != 2 {
					t.Errorf("once the values are right they are %v and %v, want 1 and 2", a, b)
				}
			})
			if len(said) != 1 || !strings.Contains(said[0].Error(), fmt.Sprintf("%d values for the 2 statistics", len(values))) {
				t.Errorf("said: %v, want one line on %d values", said, len(values))
			}
		})
	}
}

// What a counter gained before a reading in which it was not known is told once.
func TestEngineCounterUnknownForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		delta := newReader(t, r, deltaTemporality)
		cumulative := newReader(t, r, sdkmetric.DefaultTemporalitySelector)
		below := testutil.NewFaulty()
		below.Report(testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 0))
		var value setting[float64]
		below.Stats = func(_ context.Context, dst []float64) ([]float64, error) { return append(dst, value.get()), nil }
		value.set(10)
		w := wrap(t, below, instrument.WithRegistry(r))
		defer w.Close()
		const series = `kvdb.engine.flushes{db.namespace="memory",db.system.name="memory"}`
		synctest.Wait()
		sum := 0.0
		for _, now := range []float64{10, math.NaN(), math.NaN(), 17} {
			value.set(now)
			time.Sleep(10*time.Second + time.Millisecond)
			synctest.Wait()
			sum += delta.counted()[series]
			if got, there := cumulative.counted()[series]; there == math.IsNaN(now) || there && got != now {
				t.Errorf("the counter is %v (%t), want %v", got, there, now)
			}
		}
		if sum != 17 {
			t.Errorf("the deltas add up to %v, want 17", sum)
		}
	})
}
