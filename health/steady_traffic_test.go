package health_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A crowd makes operations at random, and is the same in each run of the test.
type crowd struct {
	rand       *rand.Rand
	ok, failed atomic.Uint64
	flips      atomic.Int64 // of readiness
}

// poisson returns how many of what happens at random happen, where so many do on
// average.
func (c *crowd) poisson(mean float64) uint64 {
	if mean > 50 {
		return uint64(max(0, math.Round(mean+c.rand.NormFloat64()*math.Sqrt(mean))))
	}
	n, least := uint64(0), math.Exp(-mean)
	for p := c.rand.Float64(); p > least; p *= c.rand.Float64() {
		n++
	}
	return n
}

const tick = 100 * time.Millisecond

// come makes operations for a while, at a rate a second, of which a ratio fails.
func (c *crowd) come(d time.Duration, rate, ratio float64) {
	for range d / tick {
		time.Sleep(tick)
		c.failed.Add(c.poisson(rate * tick.Seconds() * ratio))
		c.ok.Add(c.poisson(rate * tick.Seconds() * (1 - ratio)))
	}
}

// judged runs the check of a crowd in a bubble.
func judged(t *testing.T, every time.Duration, test func(t *testing.T, c *crowd, ready func() bool)) {
	t.Helper()
	judgedBy(t, nil, every, test)
}

func judgedBy(t *testing.T, limits *health.TrafficLimits, every time.Duration, test func(t *testing.T, c *crowd, ready func() bool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{rand: rand.New(rand.NewPCG(1, 2))}
		h, err := health.New(
			health.WithChecks(health.Traffic("operations", func() (uint64, uint64) { return c.ok.Load(), c.failed.Load() }, limits).Every(every)),
			health.WithOnTransition(func(_ context.Context, tr health.Transition) {
				if tr.From != health.StatusUnknown && tr.Status.OK() != tr.From.OK() {
					c.flips.Add(1)
				}
			}))
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		c.come(time.Minute, 1, 0)
		test(t, c, func() bool { synctest.Wait(); return h.Ready() })
	})
}

// TestSteadyTraffic: as long as as many operations fail, readiness is what it is.
func TestSteadyTraffic(t *testing.T) {
	const atTheLimit = 4 // in ten minutes: chance alone is on either side
	for _, tc := range []struct {
		ratio float64
		rates []float64
		flips int64
		ready bool // in the end, unless flips is more than one
	}{
		{0.005, []float64{1, 3.4, 10, 100, 1000, 10000}, 0, true},
		{0.01, []float64{1, 3.4, 10, 100, 1000, 10000}, atTheLimit, false},
		{0.02, []float64{1}, 0, true}, // too few to tell
		{0.02, []float64{3.4}, 3, false},
		{0.02, []float64{10, 100, 1000, 10000}, 1, false},
		{0.05, []float64{3.4, 10, 100, 1000, 10000}, 1, false},
		{0.5, []float64{3.4, 10, 100, 1000, 10000}, 1, false},
	} {
		for _, rate := range tc.rates {
			for _, every := range []time.Duration{time.Second, 5 * time.Second} {
				t.Run(fmt.Sprintf("%v %% of %v a second every %v", 100*tc.ratio, rate, every), func(t *testing.T) {
					judged(t, every, func(t *testing.T, c *crowd, ready func() bool) {
						c.come(10*time.Minute, rate, tc.ratio)
						is := ready()
						t.Logf("%d flips, ready %t", c.flips.Load(), is)
						if c.flips.Load() > tc.flips || tc.flips <= 1 && is != tc.ready {
							t.Errorf("%d flips, ready %t, want at most %d and %t", c.flips.Load(), is, tc.flips, tc.ready)
						}
					})
				})
			}
		}
	}
}

// TestSteadyTrafficOfAShortWindow, in which chance is much of what there is.
func TestSteadyTrafficOfAShortWindow(t *testing.T) {
	short := &health.TrafficLimits{Window: 2 * time.Second, MinVolume: 50}
	for _, rate := range []float64{25, 50, 100, 1000} {
		judgedBy(t, short, time.Second, func(t *testing.T, c *crowd, _ func() bool) {
			c.come(25*time.Second, rate, 0.02)
			if c.flips.Load() > 2 {
				t.Errorf("at %v a second %d flips in 25 seconds", rate, c.flips.Load())
			}
			c.come(575*time.Second, rate, 0.02)
			t.Logf("at %v a second %d flips in ten minutes", rate, c.flips.Load())
			if c.flips.Load() > 4 {
				t.Errorf("at %v a second %d flips in ten minutes", rate, c.flips.Load())
			}
		})
	}
}

// TestBursts: a second in which all operations fail is no reason to send the users
// elsewhere, once or each minute; many of them are, once and for all.
func TestBursts(t *testing.T) {
	for _, tc := range []struct {
		name  string
		pause time.Duration
		times int
		flips int64
	}{
		{"once", time.Minute, 1, 0},
		{"each minute", time.Minute, 20, 0},
		{"each ten seconds", 10 * time.Second, 60, 1},
	} {
		for _, rate := range []float64{10, 100, 10000} {
			for _, every := range []time.Duration{time.Second, 5 * time.Second} {
				t.Run(fmt.Sprintf("%s of %v a second every %v", tc.name, rate, every), func(t *testing.T) {
					judged(t, every, func(t *testing.T, c *crowd, ready func() bool) {
						for range tc.times {
							c.come(time.Second, rate, 1)
							c.come(tc.pause-time.Second, rate, 0)
						}
						if is := ready(); c.flips.Load() != tc.flips || is != (tc.flips == 0) {
							t.Errorf("%d flips, ready %t, want %d", c.flips.Load(), is, tc.flips)
						}
					})
				})
			}
		}
	}
}

// TestTrafficThatGoesElsewhere: who is not ready gets no operations, which is no sign
// that all is well; and is tried again some time.
func TestTrafficThatGoesElsewhere(t *testing.T) {
	judged(t, time.Second, func(t *testing.T, c *crowd, ready func() bool) {
		tries := 0
		for range 3600 {
			if ready() {
				tries++
				c.come(time.Second, 100, 0.5)
			} else {
				c.come(time.Second, 0, 0)
			}
		}
		if tries > 60 || c.flips.Load() > 14 {
			t.Errorf("in an hour users met a broken store for %d seconds, in %d flips", tries, c.flips.Load())
		}
		for range 3600 {
			if ready() {
				c.come(time.Second, 100, 0)
			} else {
				c.come(time.Second, 0, 0)
			}
		}
		if !ready() {
			t.Error("it is out for ever")
		}
	})
}

// TestTrafficOverHTTP: through the decorator, over a real connection and on real time.
func TestTrafficOverHTTP(t *testing.T) {
	below := testutil.NewFaulty()
	store, err := instrument.Wrap(below, instrument.WithRegistry(instrument.NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	totals := func() (uint64, uint64) {
		now := store.Totals()
		return now.Succeeded, now.Failed
	}
	check := health.Traffic("operations", totals, &health.TrafficLimits{Window: 300 * time.Millisecond, ErrorRatio: 0.01}).Above(store)
	check.Timeout, check.MaxAge = time.Second, time.Minute // of a busy machine
	h, err := health.New(health.WithChecks(check.Every(20 * time.Millisecond)))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	mux := http.NewServeMux()
	h.Mount(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	ask := func() string {
		res, err := server.Client().Get(server.URL + "/readyz/operations/")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(body))
	}
	random := rand.New(rand.NewPCG(1, 2))
	use := func(ratio float64) {
		for range 100 {
			below.Inject(nil)
			if random.Float64() < ratio {
				below.Inject(testutil.Errors(kvdb.ErrUnavailable))
			}
			_ = store.Put(t.Context(), []byte("key"), nil)
		}
	}
	until := func(want string, ratio float64) {
		t.Helper()
		deadline := time.Now().Add(time.Minute)
		for got := ask(); got != want; got = ask() {
			if time.Now().After(deadline) {
				t.Fatalf("%q, want %q", got, want)
			}
			use(ratio)
		}
	}
	until("ready", 0)
	until("operations failing", 0.05)
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); use(0.02) { // ten windows
		if got := ask(); got != "operations failing" {
			t.Fatalf("it flips at a steady 2 %%: %q", got)
		}
	}
	until("ready", 0)
}
