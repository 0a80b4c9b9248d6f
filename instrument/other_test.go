package instrument_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

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
