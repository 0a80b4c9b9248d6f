package instrument_test

import (
	"context"
	"errors"
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

// Sixty-four operations that fail in every way stay below the limit. Those that
// have no room count as other, are named once in a line, and lose no call.
func TestOperationsWithoutRoom(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			to, collect := p.open(t)
			names := operationNames(64)
			logger, log := testutil.NewLog(t, zapcore.WarnLevel)
			r := newLargeRecorder(t, names, to, instrument.WithLogger(logger), instrument.WithCompatMetrics(),
				instrument.WithErrorClassifier(func(err error) string { return err.Error() }, declaredTypes...))
			failures := append([]error{nil}, declared()...)
			failures = append(failures, kvdb.ErrNotFound, kvdb.ErrTimeout, kvdb.ErrConflict, kvdb.ErrClosed, kvdb.ErrReadOnly,
				kvdb.ErrTooLarge, kvdb.ErrUnavailable, kvdb.ErrCorruption, kvdb.ErrNoSpace, kvdb.ErrInvalidArgument, context.Canceled, errors.New("x"))
			for _, err := range failures {
				for _, name := range names {
					r.Operation(name).Record(t.Context(), time.Millisecond, err)
				}
			}
			collected := collect()
			if n := len(collected); n > seriesEver {
				t.Errorf("%d series, want at most %d", n, seriesEver)
			} else {
				t.Logf("%d series", n)
			}
			got := byOperation(collected, "kvdb.requests")
			own := len(got) - 1
			t.Logf("%d operations with series of their own", own)
			if own < early+5 {
				t.Errorf("%d operations have series of their own", own)
			}
			want := map[string]float64{"other": float64((len(names) - own) * len(failures))}
			for _, name := range names[:own] {
				want[name] = float64(len(failures))
			}
			equalMaps(t, "requests", got, want)
			equalMaps(t, "durations", byOperation(collected, "db.client.operation.duration_count"), want)
			if n := collected.Sum("kvdb.in_flight"); n != 0 {
				t.Errorf("%v in flight", n)
			}
			if totals := r.Totals(); totals.Succeeded+totals.Canceled+totals.Refused+totals.Failed != uint64(len(names)*len(failures)) {
				t.Errorf("totals %+v", totals)
			}
			said := make(map[string]float64)
			for _, line := range log.Lines(t) {
				name, _ := line["operation"].(string)
				if line["message"] == "operation counted as other" {
					said[name]++
				} else if line["operation"] == "other" {
					t.Errorf("a call lost its name: %v", line)
				}
			}
			want = make(map[string]float64)
			for _, name := range names[own:] {
				want[name] = 1
			}
			equalMaps(t, "lines", said, want)
		})
	}
}

// An operation that counts as other has its own name everywhere else.
func TestOtherKeepsItsName(t *testing.T) {
	var slow, asked []string
	h := newHarness(t) // for its spans
	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	names := operationNames(64)
	r := newLargeRecorder(t, names, instrument.WithRegistry(registry), instrument.WithTracerProvider(h.traces),
		instrument.WithFilter(func(_ context.Context, operation string) bool {
			asked = append(asked, operation)
			return true
		}),
		instrument.WithOnSlow(func(_ context.Context, s instrument.SlowOperation) string {
			slow = append(slow, s.Operation)
			return ""
		}))
	for _, name := range names {
		r.Operation(name).Record(t.Context(), time.Microsecond, nil)
	}
	last := names[len(names)-1]
	ctx, parent := h.sampled(t.Context())
	r.Operation(last).Record(ctx, 3*time.Second, nil)
	parent.End()
	if !slices.Equal(slow, []string{last}) || !slices.Equal(asked, append(names, last)) {
		t.Errorf("slow was %q, and the filter saw %q", slow, asked)
	}
	span := h.ended()[0]
	if span.Name() != last+" large" {
		t.Errorf("the span is called %q", span.Name())
	}
	found := false
	for _, s := range testutil.Collect(t, producer) {
		if s.Exemplar != "" {
			found = true
			if s.Attributes["db.operation.name"] != "other" {
				t.Errorf("an exemplar at %v", s)
			}
		}
	}
	if !found {
		t.Error("no exemplar")
	}
}

// "other" that was declared is where the rest counts, wherever it stands.
func TestOtherIsDeclared(t *testing.T) {
	for _, at := range []int{0, 5, 20, 63} {
		names := operationNames(64)
		names[at] = "other"
		registry := instrument.NewRegistry()
		producer := registry.NewProducer()
		r := newLargeRecorder(t, names, instrument.WithRegistry(registry))
		for range 3 {
			for _, name := range append(names, "undeclared") {
				r.Operation(name).Record(t.Context(), time.Microsecond, nil)
			}
		}
		got := byOperation(testutil.Collect(t, producer), "kvdb.requests")
		if want := float64(3 * (len(names) + 1 - (len(got) - 1))); got["other"] != want {
			t.Errorf("at %d: other is %v, want %v", at, got["other"], want)
		}
		_ = r.Close()
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
