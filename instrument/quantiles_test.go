package instrument_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
)

var shares = map[string]float64{"0.5": 0.5, "0.95": 0.95, "0.99": 0.99}

func quantile(t testing.TB, collected testutil.Samples, share string) float64 {
	t.Helper()
	found := collected.Find(instrument.QuantilesName, "db.operation.name", "get", "quantile", share)
	if len(found) != 1 {
		t.Fatalf("%d quantiles %s, want one", len(found), share)
	}
	return found[0].Value
}

// wantQuantiles compares with the order statistics of the durations.
func wantQuantiles(t *testing.T, collected testutil.Samples, durations []time.Duration) {
	t.Helper()
	sorted := slices.Sorted(slices.Values(durations))
	for name, share := range shares {
		want := sorted[max(int(math.Ceil(share*float64(len(sorted))))-1, 0)].Seconds()
		if got := quantile(t, collected, name); math.Abs(got-want)/want > 0.05 {
			t.Errorf("quantile %s is %v, %.1f %% off %v", name, got, 100*math.Abs(got-want)/want, want)
		}
	}
}

// The distributions fit in half an interval, so that none of it is forgotten.
func TestQuantiles(t *testing.T) {
	normal := func(mean, deviation float64) func() float64 {
		return func() float64 { return mean + deviation*rand.NormFloat64() }
	}
	for name, draw := range map[string]func() float64{
		"constant":    func() float64 { return 1234 },
		"uniform":     func() float64 { return 32 + 1e6*rand.Float64() },
		"normal":      normal(1e5, 1e4),
		"exponential": func() float64 { return 1e5 * rand.ExpFloat64() },
		"lognormal":   func() float64 { return 5e4 * math.Exp(rand.NormFloat64()) },
		"two humps": func() float64 {
			if rand.IntN(10) == 0 {
				return normal(1e7, 1e5)()
			}
			return normal(200, 20)()
		},
		"heavy tail":        func() float64 { return 100 / math.Pow(1-rand.Float64(), 1.2) },
		"around the bounds": func() float64 { return []float64{999, 1000, 1001, 5000, 5001}[rand.IntN(5)] },
		"fastest":           func() float64 { return 33 + 30*rand.Float64() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t)
				defer h.Close()
				var durations []time.Duration
				var all time.Duration
				for range 1000 {
					d := time.Duration(min(max(draw(), 33), 5e8))
					if all += d; all > 4*time.Second {
						break
					}
					durations = append(durations, d)
					h.take(d)
				}
				wantQuantiles(t, h.collect(), durations)
			})
		})
	}
}

// Long durations are as exact as short ones.
func TestQuantilesOfOne(t *testing.T) {
	for exponent := 1.52; exponent < 12; exponent += 0.067 {
		d := time.Duration(math.Pow(10, exponent))
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t)
			defer h.Close()
			h.take(d)
			wantQuantiles(t, h.collect(), []time.Duration{d})
		})
	}
}

func TestQuantilesForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		defer h.Close()
		for range 10 {
			h.take(time.Millisecond)
		}
		time.Sleep(30*time.Second + time.Second)
		for range 10 {
			h.take(10 * time.Millisecond)
		}
		// What is collected, and how often, changes nothing.
		for range 5 {
			if got := quantile(t, h.collect(), "0.5"); math.Abs(got-0.001)/0.001 > 0.05 {
				t.Errorf("after half a minute the median is %v, want 1 ms", got)
			}
		}
		time.Sleep(18 * time.Second)
		if got := quantile(t, h.collect(), "0.5"); math.Abs(got-0.001)/0.001 > 0.05 {
			t.Errorf("after 49 seconds the median is %v, want 1 ms", got)
		}
		time.Sleep(12 * time.Second)
		if got := quantile(t, h.collect(), "0.5"); math.Abs(got-0.01)/0.01 > 0.05 {
			t.Errorf("after a minute the median is %v, want 10 ms: the first ten are gone", got)
		}
		time.Sleep(time.Minute)
		collected := h.collect()
		for name := range shares {
			if got := quantile(t, collected, name); !math.IsNaN(got) {
				t.Errorf("quantile %s of an idle minute is %v, want NaN", name, got)
			}
		}
		if n := collected.Sum(instrument.QuantilesName + "_count"); n != 20 {
			t.Errorf("the count is %v, want 20: it is of all time", n)
		}
	})
}

func TestQuantilesBeforeUse(t *testing.T) {
	if got := newHarness(t).collect().Find(instrument.QuantilesName); len(got) > 0 {
		t.Errorf("before the first operation there are %v", got)
	}
}

func TestWithoutCompatMetrics(t *testing.T) {
	h := newHarness(t, instrument.WithoutCompatMetrics())
	_, _ = h.Get(t.Context(), []byte("key"))
	collected := h.collect()
	for _, name := range []string{instrument.QuantilesName, instrument.QuantilesName + "_count", "kvdb.request.latency_count"} {
		if got := collected.Find(name); len(got) > 0 {
			t.Errorf("there is %v", got)
		}
	}
	if n := collected.Sum("db.client.operation.duration_count"); n != 1 {
		t.Errorf("%v durations, want 1", n)
	}
}
