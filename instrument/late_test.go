package instrument_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

const early = 12 // operations have series from the start

// operationNames are n names of operations.
func operationNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("operation %02d", i)
	}
	return names
}

func newLargeRecorder(t testing.TB, operations []string, options ...instrument.Option) *instrument.Recorder {
	t.Helper()
	r, err := instrument.NewRecorder(kvdb.Info{System: "cache", Namespace: "large"}, operations, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// byOperation sums a metric by operation.
func byOperation(s testutil.Samples, name string) map[string]float64 {
	sums := make(map[string]float64)
	for _, one := range s.Find(name) {
		sums[one.Attributes["db.operation.name"]] += one.Value
	}
	return sums
}

// An operation beyond the twelfth has no series before its first use, and from
// then on all that the others have.
func TestSeriesAtFirstUse(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			to, collect := p.open(t)
			names := operationNames(20)
			r := newLargeRecorder(t, names, to, instrument.WithSizes())
			used := names[15]
			for range 2 {
				if got := slices.Sorted(maps.Keys(byOperation(collect(), "kvdb.requests"))); !slices.Equal(got, names[:early]) {
					t.Errorf("before the first use there are %q, want %q", got, names[:early])
				}
			}
			r.Operation(names[0]).Record(t.Context(), time.Millisecond, kvdb.ErrTimeout)
			r.Operation(used).Record(t.Context(), time.Millisecond, kvdb.ErrTimeout)
			of := func(operation string) map[string]float64 {
				series := make(map[string]float64)
				for _, s := range collect() {
					if s.Attributes["db.operation.name"] == operation {
						series[strings.ReplaceAll(s.Series(), operation, "")] = s.Value
					}
				}
				return series
			}
			equalMaps(t, "series of "+used, of(used), of(names[0]))
			if n := len(byOperation(collect(), "kvdb.requests")); n != early+1 {
				t.Errorf("%d operations have series, want %d", n, early+1)
			}
		})
	}
}

// What is in flight is counted once, of an operation that counts as other and of
// one that turns out to be busy meanwhile.
func TestLateInFlight(t *testing.T) {
	const calls = 70_000
	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	names := operationNames(64)
	r := newLargeRecorder(t, names, instrument.WithRegistry(registry))
	for _, name := range names {
		r.Operation(name).Record(t.Context(), time.Microsecond, nil)
	}
	for i, of := range []struct{ name, counted string }{{names[3], names[3]}, {names[63], "other"}} {
		pending := r.Operation(of.name).Call()
		pending.Begin(t.Context())
		before := byOperation(testutil.Collect(t, producer), "kvdb.requests")[of.counted]
		for range calls {
			r.Operation(of.name).Record(t.Context(), time.Microsecond, nil)
		}
		collected := testutil.Collect(t, producer)
		if n := collected.Sum("kvdb.in_flight"); n != 1 {
			t.Errorf("%s: %v in flight, want 1", of.name, n)
		}
		pending.End(nil)
		r.Operation(names[61-i]).Record(t.Context(), time.Microsecond, nil) // another one that counts as other
		want := before + calls + 1
		if of.counted == "other" {
			want++
		}
		collected = testutil.Collect(t, producer)
		if n := byOperation(collected, "kvdb.requests")[of.counted]; n != want {
			t.Errorf("%s: %v requests, want %v", of.name, n, want)
		}
		if n := collected.Sum("kvdb.in_flight"); n != 0 {
			t.Errorf("%s: %v in flight at the end", of.name, n)
		}
	}
}

// First uses race with each other, with readers of every kind and with operations
// that turn out to be busy; nothing is lost or told twice.
func TestFirstUseConcurrently(t *testing.T) {
	const workers, rounds, calls = 8, 4, 25_000
	registry := instrument.NewRegistry()
	cumulative, delta := registry.NewProducer(), registry.NewProducer(instrument.WithTemporality(deltaTemporality))
	logger, log := testutil.NewLog(t, zapcore.WarnLevel)
	names := operationNames(64)
	r := newLargeRecorder(t, names, instrument.WithRegistry(registry), instrument.WithLogger(logger))
	var work, reading sync.WaitGroup
	stop := make(chan struct{})
	told := make(map[string]float64)
	reading.Go(func() {
		last := make(map[string]float64)
		for {
			got := byOperation(testutil.Collect(t, cumulative), "kvdb.requests")
			for name, before := range last {
				if got[name] < before {
					t.Errorf("%s fell from %v to %v", name, before, got[name])
				}
			}
			last = got
			for name, n := range byOperation(testutil.Collect(t, delta), "kvdb.requests") {
				told[name] += n
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for range workers {
		work.Go(func() {
			for range rounds {
				for _, i := range rand.Perm(len(names)) {
					r.Operation(names[i]).Record(context.Background(), time.Microsecond, nil)
				}
			}
			busy := r.Operation(names[3])
			for range calls {
				busy.Record(context.Background(), time.Microsecond, nil)
			}
		})
	}
	work.Wait()
	close(stop)
	reading.Wait()
	for name, n := range byOperation(testutil.Collect(t, delta), "kvdb.requests") {
		told[name] += n
	}
	collected := testutil.Collect(t, cumulative)
	got := byOperation(collected, "kvdb.requests")
	equalMaps(t, "the sum of the deltas", told, got)
	want := make(map[string]float64)
	for name := range got {
		want[name] = workers * rounds
	}
	want[names[3]] += workers * calls
	want["other"] = float64(workers * rounds * (len(names) - (len(got) - 1)))
	equalMaps(t, "requests", got, want)
	if n := collected.Sum("kvdb.in_flight"); n != 0 {
		t.Errorf("%v in flight", n)
	}
	if n, want := len(log.Lines(t)), len(names)-(len(got)-1); n != want {
		t.Errorf("%d lines, want %d", n, want)
	}
}

// A recorder that is closed says farewell with the operations that were used, and
// another of its name goes on, in whatever order it declares them.
func TestLateFarewell(t *testing.T) {
	for _, delta := range []bool{false, true} {
		registry := instrument.NewRegistry()
		var options []instrument.ProducerOption
		if delta {
			options = append(options, instrument.WithTemporality(deltaTemporality))
		}
		producer, idle := registry.NewProducer(options...), registry.NewProducer(options...)
		names := operationNames(20)
		used := names[15]
		r := newLargeRecorder(t, names, instrument.WithRegistry(registry))
		r.Operation(used).Record(t.Context(), time.Second, nil)
		_ = r.Close()
		if got := byOperation(testutil.Collect(t, producer), "kvdb.requests"); got[used] != 1 {
			t.Errorf("the farewell has %v calls of %s", got[used], used)
		}
		slices.Reverse(names[early:])
		r = newLargeRecorder(t, names, instrument.WithRegistry(registry))
		if got := byOperation(testutil.Collect(t, producer), "kvdb.requests"); delta == (got[used] == 1) || len(got) != early+1 {
			t.Errorf("delta %t: opened again: %v", delta, got)
		}
		r.Operation(used).Record(t.Context(), time.Second, nil)
		_ = r.Close()
		want := 2.0
		if delta {
			want = 1
		}
		if got := byOperation(testutil.Collect(t, producer), "kvdb.requests"); got[used] != want {
			t.Errorf("delta %t: the second farewell has %v calls, want %v", delta, got[used], want)
		}
		if got := byOperation(testutil.Collect(t, idle), "kvdb.requests"); got[used] != 2 {
			t.Errorf("delta %t: who came once was told %v calls, want 2", delta, got[used])
		}
	}
}
