package instrument_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// An engine's own counters are told as deltas too. One that falls begins anew.
func TestEngineCounters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		cumulative := newReader(t, r, sdkmetric.DefaultTemporalitySelector)
		delta := newReader(t, r, deltaTemporality)
		below := testutil.NewFaulty()
		var compactions setting[float64]
		below.Report(testutil.Counter("kvdb.engine.compactions", "{compaction}", "Compactions", 0))
		below.Stats = func(_ context.Context, dst []float64) ([]float64, error) {
			return append(dst, compactions.get()), nil
		}
		compactions.set(100)
		w := wrap(t, below, instrument.WithRegistry(r))
		defer w.Close()
		const series = `kvdb.engine.compactions{db.namespace="memory",db.system.name="memory"}`
		for _, step := range []struct{ now, cumulative, delta float64 }{
			{100, 100, 100}, {100, 100, 0}, {130, 130, 30}, {5, 5, 5}, {7, 7, 2}, {0, 0, 0},
		} {
			compactions.set(step.now)
			time.Sleep(10*time.Second + time.Millisecond)
			synctest.Wait()
			if got := cumulative.counted()[series]; got != step.cumulative {
				t.Errorf("at %v the counter is %v, want %v", step.now, got, step.cumulative)
			}
			if got := delta.counted()[series]; got != step.delta {
				t.Errorf("at %v the delta is %v, want %v", step.now, got, step.delta)
			}
		}
	})
}

// What an engine's counter gained just before its readings went stale is told
// once they are fresh again.
func TestEngineCountersAfterStaleness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		delta := newReader(t, r, deltaTemporality)
		below := testutil.NewFaulty()
		var value setting[float64]
		var broken setting[bool]
		value.set(10)
		below.Report(testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 0))
		below.Stats = func(_ context.Context, dst []float64) ([]float64, error) {
			if broken.get() {
				return dst, kvdb.ErrUnavailable
			}
			return append(dst, value.get()), nil
		}
		w := wrap(t, below, instrument.WithRegistry(r))
		defer w.Close()
		const series = `kvdb.engine.flushes{db.namespace="memory",db.system.name="memory"}`
		synctest.Wait()
		sum := delta.counted()[series]
		value.set(17)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		broken.set(true)
		time.Sleep(time.Minute)
		sum += delta.counted()[series] // stale: nothing
		synctest.Wait()
		broken.set(false)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		sum += delta.counted()[series]
		if sum != 17 {
			t.Errorf("the deltas add up to %v, want 17", sum)
		}
	})
}

// What a closed store's counter gained is told once, by a reader of changes that comes late, too, and not again when
// another store goes on where it ended.
func TestEngineCountersAfterFarewell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		delta := newReader(t, r, deltaTemporality)
		newReader(t, r, sdkmetric.DefaultTemporalitySelector) // has not been told of the end, so the series go on
		var value setting[float64]
		open := func() *instrument.Store {
			below := testutil.NewFaulty()
			below.Report(testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 0))
			below.Stats = func(_ context.Context, dst []float64) ([]float64, error) { return append(dst, value.get()), nil }
			w := wrap(t, below, instrument.WithRegistry(r))
			synctest.Wait()
			return w
		}
		const series = `kvdb.engine.flushes{db.namespace="memory",db.system.name="memory"}`
		value.set(10)
		w := open()
		sum := delta.counted()[series]
		value.set(17)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(40 * time.Second)
		sum += delta.counted()[series]
		if sum != 17 {
			t.Errorf("the deltas add up to %v after Close, want 17", sum)
		}
		defer open().Close()
		if sum += delta.counted()[series]; sum != 17 {
			t.Errorf("the deltas add up to %v after another store has gone on, want 17", sum)
		}
	})
}

// A counter that the engine's last readings do not know is told as it was known last.
func TestEngineCountersUnknownAtClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		cumulative := newReader(t, r, sdkmetric.DefaultTemporalitySelector)
		delta := newReader(t, r, deltaTemporality)
		below := testutil.NewFaulty()
		var value setting[float64]
		below.Report(testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 0), testutil.Counter("kvdb.engine.commands", "{command}", "Commands", 0))
		below.Stats = func(_ context.Context, dst []float64) ([]float64, error) { return append(dst, value.get(), 3), nil }
		const series = `kvdb.engine.flushes{db.namespace="memory",db.system.name="memory"}`
		value.set(10)
		w := wrap(t, below, instrument.WithRegistry(r))
		synctest.Wait()
		sum := delta.counted()[series]
		value.set(17)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		value.set(math.NaN())
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if got, ok := cumulative.counted()[series]; ok {
			t.Errorf("while nobody knows it, it is %v", got)
		}
		sum += delta.counted()[series]
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := cumulative.counted()[series]; got != 17 {
			t.Errorf("the farewell says %v, want 17", got)
		}
		if sum += delta.counted()[series]; sum != 17 {
			t.Errorf("the deltas add up to %v, want 17", sum)
		}
	})
}
