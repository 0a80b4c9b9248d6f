package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

const (
	seriesAfterWrap = 400
	seriesEver      = 1500
)

// full is a store with every capability and as many statistics and replicas as
// it may show.
func full() *testutil.Faulty {
	f := testutil.NewFaulty()
	stats := []testutil.Stat{testutil.Disk(0.5)}
	for i := range kvdb.MaxStats - 1 {
		stats = append(stats, testutil.Gauge(fmt.Sprint("kvdb.engine.s", i), "1", "Something", 1))
	}
	f.Report(stats...)
	f.Pool = func(context.Context) (kvdb.PoolStats, error) { return kvdb.PoolStats{Idle: 1, Max: 1}, nil }
	f.Lag = func(context.Context) (map[string]time.Duration, error) {
		lag := make(map[string]time.Duration)
		for i := range 100 {
			lag[fmt.Sprint(i)] = time.Second
		}
		return lag, nil
	}
	return f
}

var declaredTypes = []string{"a", "b", "c", "d", "e", "f", "g", "h"}

func TestSeriesAfterWrap(t *testing.T) {
	h := newHarness(t, instrument.WithErrorClassifier(func(error) string { return "" }, declaredTypes...), instrument.WithSizes())
	if n := len(h.collect()); n > seriesAfterWrap {
		t.Errorf("%d series after Wrap, want at most %d", n, seriesAfterWrap)
	} else {
		t.Logf("%d series after Wrap", n)
	}
}

// Zero series exist before traffic, so that rates and ratios are defined.
func TestZeroSeries(t *testing.T) {
	collected := newHarness(t).collect()
	for _, c := range operationCalls(t) {
		for _, name := range []string{"kvdb.bytes.read", "kvdb.bytes.written", "db.client.operation.duration_count"} {
			if got := collected.Find(name, "db.operation.name", c.operation); len(got) != 1 || got[0].Value != 0 {
				t.Errorf("%s of %s is %v, want one zero", name, c.operation, got)
			}
		}
		for _, outcome := range []string{"ok", "canceled", "error"} {
			if got := collected.Find("kvdb.requests", "db.operation.name", c.operation, "kvdb.outcome", outcome); len(got) != 1 {
				t.Errorf("requests %s %s: %v, want one zero", c.operation, outcome, got)
			}
		}
		for _, errorType := range []string{"timeout", "unavailable", "_OTHER"} {
			if got := collected.Find("kvdb.errors", "db.operation.name", c.operation, "error.type", errorType); len(got) != 1 {
				t.Errorf("errors %s %s: %v, want one zero", c.operation, errorType, got)
			}
		}
	}
	for _, s := range collected.Find("db.client.operation.duration_count") {
		if _, ok := s.Attributes["error.type"]; ok {
			t.Errorf("before the first failure there is %v", s)
		}
	}
}

// Whatever callers, engines and classifiers do, the series are bounded and
// complete: every operation is in each metric.
func TestSeriesEver(t *testing.T) {
	for name, options := range map[string][]instrument.Option{
		"defaults":  nil,
		"no compat": {instrument.WithoutCompatMetrics()},
		"everything": {
			instrument.WithSizes(),
			instrument.WithErrorClassifier(func(err error) string { return strings.TrimPrefix(err.Error(), "declared ") }, declaredTypes...),
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarnessOver(t, full(), options...)
				defer h.Close()
				synctest.Wait()
				failures := []error{
					kvdb.ErrNotFound, kvdb.ErrTimeout, kvdb.ErrConflict, kvdb.ErrClosed, kvdb.ErrReadOnly, kvdb.ErrTooLarge,
					kvdb.ErrUnavailable, kvdb.ErrCorruption, kvdb.ErrNoSpace, kvdb.ErrInvalidArgument, kvdb.ErrEngineFailed, context.Canceled,
				}
				for _, name := range declaredTypes {
					failures = append(failures, errors.New("declared "+name))
				}
				for range 50 {
					failures = append(failures, fmt.Errorf("random %x", rand.Uint64()))
				}
				var total float64
				for i, failure := range append(failures, nil) {
					h.below.Inject(testutil.Errors(failure))
					for _, c := range operationCalls(t) {
						_ = c.call(t.Context(), h.Store, fmt.Append(nil, "key ", i), fmt.Append(nil, "value ", i))
						total++
					}
				}
				h.below.Inject(testutil.Panics("panic"))
				for _, c := range operationCalls(t) {
					recovered(func() { _ = c.call(t.Context(), h.Store, []byte("key"), []byte("value")) })
					total++
				}
				h.below.Inject(nil)
				for _, run := range []func(context.Context, func(kvdb.Reader) error) error{
					as[kvdb.Viewer](t, h.Store).View,
					func(ctx context.Context, fn func(kvdb.Reader) error) error {
						return as[kvdb.Updater](t, h.Store).Update(ctx, func(x kvdb.Txn) error { return fn(x) })
					},
				} {
					_ = run(t.Context(), func(kvdb.Reader) error { return errors.New("own") })
					total++
				}
				collected := h.collect()
				collected.Map()
				if n := len(collected); n > seriesEver {
					t.Errorf("%d series, want at most %d", n, seriesEver)
				} else {
					t.Logf("%d series", n)
				}
				for _, name := range []string{"kvdb.requests", "db.client.operation.duration_count"} {
					if n := collected.Sum(name); n != total {
						t.Errorf("%s is %v, want %v", name, n, total)
					}
				}
			})
		})
	}
}

// Failures for which there is no room count as _OTHER in the histogram, and
// under their own name among the errors.
func TestAdmission(t *testing.T) {
	h := newHarness(t, instrument.WithSizes(), instrument.WithErrorClassifier(func(error) string { return "" }, declaredTypes...))
	kinds := map[string]error{
		"timeout": kvdb.ErrTimeout, "closed": kvdb.ErrClosed, "unavailable": kvdb.ErrUnavailable, "read_only": kvdb.ErrReadOnly,
		"corruption": kvdb.ErrCorruption, "no_space": kvdb.ErrNoSpace, "too_large": kvdb.ErrTooLarge,
	}
	own := make(map[string]bool) // those with a series, once and for all
	for range 2 {
		for name, err := range kinds {
			h.below.Inject(testutil.Errors(err))
			for _, c := range operationCalls(t) {
				_ = c.call(t.Context(), h.Store, []byte("key"), []byte("value"))
			}
			collected := h.collect()
			for series := range own {
				operation, errorType, _ := strings.Cut(series, "/")
				if len(collected.Find("db.client.operation.duration_count", "db.operation.name", operation, "error.type", errorType)) != 1 {
					t.Fatalf("%s lost its series", series)
				}
			}
			for _, s := range collected.Find("db.client.operation.duration_count", "error.type", name) {
				own[s.Attributes["db.operation.name"]+"/"+name] = true
			}
		}
	}
	if len(own) == 0 || len(own) >= len(kinds)*12 {
		t.Errorf("%d pairs have a series, want some and not all", len(own))
	}
	collected := h.collect()
	for operation := range map[string]bool{"get": true, "put": true, "BATCH": true, "view": true} {
		durations := 0.0
		for _, s := range collected.Find("db.client.operation.duration_count", "db.operation.name", operation) {
			if _, failed := s.Attributes["error.type"]; failed {
				durations += s.Value
			}
		}
		if errors := collected.Sum("kvdb.errors", "db.operation.name", operation); errors != durations {
			t.Errorf("%s: %v errors and %v failed durations", operation, errors, durations)
		}
	}
	for name := range kinds {
		if n, want := collected.Sum("kvdb.errors", "error.type", name), 2*float64(len(operationCalls(t))); n != want {
			t.Errorf("%v errors %s, want %v", n, name, want)
		}
	}
}

// missing is a store without anything in it.
type missing struct{ kvdb.Store }

func (missing) Get(context.Context, []byte) ([]byte, error) { return nil, kvdb.ErrNotFound }
func (missing) Close() error                                { return nil }

func TestKeysMakeNoSeries(t *testing.T) {
	keys := 1_000_000
	if testing.Short() {
		keys = 10_000
	}
	r := instrument.NewRegistry()
	p := r.NewProducer()
	w := wrap(t, missing{}, instrument.WithRegistry(r))
	_, _ = w.Get(t.Context(), []byte("key"))
	before := len(testutil.Collect(t, p))
	key := make([]byte, 8)
	for i := range keys {
		for j := range key {
			key[j] = byte(i >> (8 * j))
		}
		_, _ = w.Get(t.Context(), key)
	}
	collected := testutil.Collect(t, p)
	if len(collected) != before {
		t.Errorf("%d series became %d", before, len(collected))
	}
	if n := collected.Sum("kvdb.requests", "kvdb.outcome", "miss"); n != float64(keys+1) {
		t.Errorf("%v misses, want %d", n, keys+1)
	}
}
