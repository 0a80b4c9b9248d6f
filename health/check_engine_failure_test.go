package health

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A failed engine ends liveness at once, and nothing else does: neither what is not
// known nor a reading that hangs.
func TestEngineFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := testutil.NewFaulty()
		store.Report(testutil.Disk(0.5), testutil.Gauge(kvdb.StatFailed, "", "Failed", 0))
		var mu sync.Mutex
		var failed float64
		var broken error
		var hang chan struct{}
		now := func(change func()) {
			mu.Lock()
			defer mu.Unlock()
			change()
		}
		store.Stats = func(_ context.Context, dst []float64) ([]float64, error) {
			mu.Lock()
			broken, hang := broken, hang
			mu.Unlock()
			if hang != nil {
				<-hang
			}
			if broken != nil && broken.Error() == "panic" {
				panic(broken)
			}
			mu.Lock()
			defer mu.Unlock()
			return append(dst, 0.5, failed), broken
		}
		h := start(t, WithChecks(EngineFailure("engine failure", store).Every(time.Second)))
		if ok, text := h.Answer(Liveness); !ok {
			t.Errorf("before the first run: %q", text)
		}
		want := func(when, says string) {
			t.Helper()
			wait(3 * time.Second)
			if ok, text := h.Answer(Liveness); text != says || ok != (says == "alive") {
				t.Errorf("%s: %t %q, want %q", when, ok, text, says)
			}
			if ok, text := h.Answer(Readiness); !ok {
				t.Errorf("%s: %q", when, text)
			}
		}
		want("well", "alive")
		now(func() { failed = math.NaN() })
		want("not known", "alive")
		now(func() { broken = errors.New("no") })
		want("not readable", "alive")
		now(func() { broken = errors.New("panic") })
		want("a panic", "alive")
		now(func() { broken, hang = nil, make(chan struct{}) })
		wait(time.Minute)
		want("a reading that hangs", "alive")
		now(func() { failed = 1 })
		close(hang)
		want("failed", "engine failed")
		now(func() { broken = errors.New("no") })
		want("failed, and not readable", "engine failed")
		now(func() { broken, failed = nil, 0 })
		want("opened again", "alive")
		now(func() { failed = 1 })
		want("failed again", "engine failed")
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		want("closed", "alive")
	})
}

func TestEngineFailureOfWhat(t *testing.T) {
	remote := testutil.NewFaulty()
	remote.Info = kvdb.Info{System: "redis", Remote: true}
	remote.Report(testutil.Gauge(kvdb.StatFailed, "", "Failed", 0))
	for name, store := range map[string]kvdb.Store{
		"none": nil, "no statistics": kvdb.NewMemory(nil), "another statistic": testutil.NewFaulty(), "over a network": remote,
	} {
		c := EngineFailure("engine failure", store)
		if err := c.complete(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, c := range StoreChecks(remote, 0) {
		if c.Kind&Liveness != 0 {
			t.Errorf("%q of a store over a network is for liveness", c.Name)
		}
	}
}

// A reading that takes about as long as a run may, from the first one on, is no failure
// of the engine: a restart would not make it faster.
func TestEngineFailureReadsSlowly(t *testing.T) {
	for _, takes := range []time.Duration{time.Second, 1050 * time.Millisecond, 1500 * time.Millisecond, time.Minute} {
		t.Run(takes.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := testutil.NewFaulty()
				store.Report(testutil.Gauge(kvdb.StatFailed, "", "Failed", 0))
				store.Stats = func(_ context.Context, dst []float64) ([]float64, error) {
					time.Sleep(takes)
					return append(dst, 0), nil
				}
				h := start(t, WithChecks(EngineFailure("engine failure", store).Every(time.Second)))
				for range 100 {
					wait(100 * time.Millisecond)
					if s := state(t, h, "engine failure"); s.Status != StatusPass || s.Failures != 0 {
						t.Errorf("%v %q after %d failures", s.Status, s.Reason, s.Failures)
						break
					}
				}
				_ = h.Close()
				time.Sleep(takes) // what is left behind
			})
		})
	}
}
