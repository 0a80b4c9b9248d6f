package instrument_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A meterReader reads what a store reports through the API.
type meterReader struct {
	*sdkmetric.ManualReader
	provider *sdkmetric.MeterProvider
}

func newMeterReader() *meterReader {
	r := sdkmetric.NewManualReader()
	return &meterReader{r, sdkmetric.NewMeterProvider(sdkmetric.WithReader(r), sdkmetric.WithCardinalityLimit(0))}
}

func (r *meterReader) collect(t testing.TB) testutil.Samples {
	t.Helper()
	var rm metricdata.ResourceMetrics
	if err := r.Collect(context.Background(), &rm); err != nil {
		t.Fatal(err)
	}
	return testutil.Flatten(rm.ScopeMetrics)
}

// busy is a store below that reports all that a store can.
func busy() *testutil.Faulty {
	f := testutil.NewFaulty()
	f.Report(
		testutil.Gauge("kvdb.engine.disk.size", "By", "Size", 4096),
		testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 3),
		testutil.Gauge("kvdb.engine.unknown", "1", "Never known", math.NaN()),
		testutil.Disk(0.25),
	)
	f.Lag = func(context.Context) (map[string]time.Duration, error) {
		return map[string]time.Duration{"a": time.Second, "b": 0}, nil
	}
	return f
}

// shared leaves out what the way through the API cannot do: histograms
// before the first operation, and the summary.
func shared(s testutil.Samples) map[string]float64 {
	m := s.Map()
	for series, v := range m {
		m[series] = math.Round(v*1e9) / 1e9 // sums of seconds differ in their last digits
	}
	maps.DeleteFunc(m, func(series string, v float64) bool {
		return strings.HasPrefix(series, instrument.QuantilesName)
	})
	for _, count := range s {
		name, isCount := strings.CutSuffix(count.Name, "_count")
		if !isCount || count.Value > 0 {
			continue
		}
		_, labels, _ := strings.Cut(count.Series(), "{")
		labels = strings.TrimSuffix(labels, "}")
		maps.DeleteFunc(m, func(series string, _ float64) bool {
			return strings.HasPrefix(series, name+"_") && (strings.HasSuffix(series, "{"+labels+"}") || strings.Contains(series, "{"+labels+`,le="`))
		})
	}
	return m
}

// Through the API a store reports what it reports to a registry.
func TestMeterProviderAgrees(t *testing.T) {
	for name, options := range map[string][]instrument.Option{
		"defaults": nil, "sizes": {instrument.WithSizes()}, "no compat": {instrument.WithoutCompatMetrics()},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				below, registered := busy(), busy()
				reader := newMeterReader()
				logger, _ := testutil.NewLog(t, zapcore.InfoLevel)
				metered := wrap(t, below, append(options, instrument.WithMeterProvider(reader.provider), instrument.WithLogger(logger))...)
				defer metered.Close()
				h := newHarnessOver(t, registered, options...)
				defer h.Close()
				synctest.Wait()
				equalMaps(t, "before the first operation", shared(reader.collect(t)), shared(h.collect()))
				for _, s := range []struct {
					kvdb.Store
					below *testutil.Faulty
				}{{metered, below}, {h.Store, registered}} {
					script(t, t.Context(), s.Store, s.below)
				}
				equalMaps(t, "after", shared(reader.collect(t)), shared(h.collect()))
				if metered.Totals() != h.Totals() {
					t.Errorf("totals %+v, want %+v", metered.Totals(), h.Totals())
				}
			})
		})
	}
}

// After Close nothing is read any more.
func TestMeterProviderAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := newMeterReader()
		w := wrap(t, busy(), instrument.WithMeterProvider(reader.provider))
		synctest.Wait()
		_, _ = w.Get(t.Context(), []byte("key"))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		collected := reader.collect(t)
		for _, name := range []string{"kvdb.stats.age", "kvdb.replication.lag", "kvdb.engine.disk.size", "kvdb.utilization"} {
			if got := collected.Find(name); len(got) > 0 {
				t.Errorf("after Close there is %v", got)
			}
		}
		if n := collected.Sum("kvdb.requests"); n != 1 {
			t.Errorf("%v requests, want 1", n)
		}
	})
}

// Without any option for metrics they go to the global provider.
func TestGlobalMeterProvider(t *testing.T) {
	before := otel.GetMeterProvider()
	defer otel.SetMeterProvider(before)
	reader := newMeterReader()
	otel.SetMeterProvider(reader.provider)
	w := wrap(t, kvdb.NewMemory(nil))
	_, _ = w.Get(t.Context(), []byte("key"))
	if n := reader.collect(t).Sum("kvdb.requests", "kvdb.outcome", "miss"); n != 1 {
		t.Errorf("%v misses, want 1", n)
	}
}

// The exemplar of the API's way names the operation's own span, too.
func TestMeterProviderExemplar(t *testing.T) {
	reader := newMeterReader()
	h := newHarness(t) // for its spans
	w := wrap(t, kvdb.NewMemory(nil), instrument.WithMeterProvider(reader.provider), instrument.WithTracerProvider(h.traces))
	ctx, parent := h.sampled(t.Context())
	_, _ = w.Get(ctx, []byte("key"))
	parent.End()
	own := h.ended()[0].SpanContext().SpanID().String()
	found := false
	for _, s := range reader.collect(t) {
		if s.Exemplar != "" && s.Name == "db.client.operation.duration_bucket" {
			found = strings.Contains(s.Exemplar, own)
		}
	}
	if !found {
		t.Error("no exemplar names the operation's own span")
	}
}

func TestMeterProviderSeries(t *testing.T) {
	reader := newMeterReader()
	below := full()
	w := wrap(t, below, instrument.WithMeterProvider(reader.provider), instrument.WithSizes(),
		instrument.WithErrorClassifier(func(err error) string { return err.Error() }, declaredTypes...))
	for _, failure := range append([]error{
		kvdb.ErrTimeout, kvdb.ErrConflict, kvdb.ErrClosed, kvdb.ErrReadOnly, kvdb.ErrTooLarge, kvdb.ErrUnavailable,
		kvdb.ErrCorruption, kvdb.ErrNoSpace, kvdb.ErrInvalidArgument, context.Canceled, kvdb.ErrNotFound, nil,
	}, declared()...) {
		below.Inject(testutil.Errors(failure))
		for _, c := range operationCalls(t) {
			_ = c.call(t.Context(), w, []byte("key"), []byte("value"))
		}
	}
	if n := len(reader.collect(t)); n > seriesEver {
		t.Errorf("%d series, want at most %d", n, seriesEver)
	}
}

func declared() []error {
	var errs []error
	for _, name := range declaredTypes {
		errs = append(errs, errors.New(name))
	}
	return errs
}
