package instrument_test

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

func deltaTemporality(sdkmetric.InstrumentKind) metricdata.Temporality {
	return metricdata.DeltaTemporality
}

// A reader is one of the SDK's, with a producer of its own.
type reader struct {
	*sdkmetric.ManualReader
	t     testing.TB
	delta bool
}

func newReader(t testing.TB, r *instrument.Registry, selector sdkmetric.TemporalitySelector) *reader {
	m := sdkmetric.NewManualReader(
		sdkmetric.WithTemporalitySelector(selector),
		sdkmetric.WithProducer(r.NewProducer(instrument.WithTemporality(selector))))
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(m))
	t.Cleanup(func() { _ = provider.Shutdown(context.Background()) })
	return &reader{m, t, selector(sdkmetric.InstrumentKindCounter) == metricdata.DeltaTemporality}
}

func (r *reader) raw() metricdata.ResourceMetrics {
	r.t.Helper()
	var rm metricdata.ResourceMetrics
	if err := r.Collect(context.Background(), &rm); err != nil {
		r.t.Fatal(err)
	}
	return rm
}

// counted returns what only grows: counters, buckets, sums and counts. It
// checks that everything is in the reader's temporality.
func (r *reader) counted() map[string]float64 {
	r.t.Helper()
	counted := make(map[string]float64)
	for _, scope := range r.raw().ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name == instrument.QuantilesName {
				continue
			}
			var temporality metricdata.Temporality
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				if !data.IsMonotonic {
					continue // it is not told as a delta
				}
				temporality = data.Temporality
			case metricdata.Sum[float64]:
				temporality = data.Temporality
			case metricdata.Histogram[int64]:
				temporality = data.Temporality
			case metricdata.Histogram[float64]:
				temporality = data.Temporality
			default:
				continue // a gauge
			}
			if want := temporality == metricdata.DeltaTemporality; want != r.delta {
				r.t.Errorf("%s is %v", m.Name, temporality)
			}
			one := []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{m}}}
			maps.Copy(counted, testutil.Flatten(one).Map())
		}
	}
	return counted
}

// add adds up the deltas of a reader.
func add(sum, delta map[string]float64) {
	for series, v := range delta {
		sum[series] += v
	}
}

// integers leaves out the sums of durations, whose floating-point deltas do not
// add up to the last digit.
func integers(m map[string]float64) map[string]float64 {
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(series string, _ float64) bool {
		return strings.Contains(series, "duration_sum") || strings.Contains(series, "latency_sum")
	})
	return m
}

// Each of two readers, one of them of deltas, gets the whole truth, however
// often the other collects.
func TestTwoReaders(t *testing.T) {
	r := instrument.NewRegistry()
	cumulative := newReader(t, r, sdkmetric.DefaultTemporalitySelector)
	delta := newReader(t, r, deltaTemporality)
	below := testutil.NewFaulty()
	w := wrap(t, below, instrument.WithRegistry(r), instrument.WithSizes())
	sum := make(map[string]float64)
	for round := range 5 {
		for _, c := range operationCalls(t) {
			for range round {
				_ = c.call(t.Context(), w, []byte("key"), []byte("value"))
			}
		}
		if round == 3 {
			below.Inject(testutil.Errors(kvdb.ErrUnavailable))
		}
		last := cumulative.counted()
		add(sum, delta.counted())
		equalMaps(t, "sum of deltas", integers(sum), integers(last))
		for range round {
			equalMaps(t, "cumulative again", cumulative.counted(), last)
			for series, v := range delta.counted() {
				if v != 0 {
					t.Errorf("without traffic, %s has the delta %v", series, v)
				}
			}
		}
	}
}

func TestTwoReadersUnderTraffic(t *testing.T) {
	r := instrument.NewRegistry()
	cumulative := newReader(t, r, sdkmetric.DefaultTemporalitySelector)
	delta := newReader(t, r, deltaTemporality)
	below := testutil.NewFaulty()
	w := wrap(t, below, instrument.WithRegistry(r))
	calls := operationCalls(t)
	const workers, rounds = 4, 200
	var traffic, collecting sync.WaitGroup
	for i := range workers {
		traffic.Go(func() {
			for n := range rounds {
				c := calls[(n+i)%len(calls)]
				_ = c.call(t.Context(), w, []byte("key"), []byte("value"))
				_, _ = w.Get(t.Context(), nil) // which is invalid
			}
		})
	}
	stop := make(chan struct{})
	sum := make(map[string]float64)
	collecting.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				add(sum, delta.counted())
			}
		}
	})
	collecting.Go(func() {
		last := make(map[string]float64)
		for {
			select {
			case <-stop:
				return
			default:
				now := cumulative.counted()
				for series, v := range last {
					if now[series] < v {
						t.Errorf("%s fell from %v to %v", series, v, now[series])
					}
				}
				last = now
			}
		}
	})
	traffic.Wait()
	close(stop)
	collecting.Wait()
	add(sum, delta.counted())
	last := cumulative.counted()
	equalMaps(t, "sum of deltas", integers(sum), integers(last))
	var requests float64
	for series, v := range last {
		if strings.HasPrefix(series, "kvdb.requests{") {
			requests += v
		}
	}
	if requests != 2*workers*rounds {
		t.Errorf("%v requests, want %d", requests, 2*workers*rounds)
	}
}

// The start of a cumulative series is the moment of Wrap; that of a delta is the
// collection before.
func TestStartTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		time.Sleep(time.Minute)
		wrapped := time.Now()
		w := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
		defer w.Close()
		cumulative, delta := r.NewProducer(), r.NewProducer(instrument.WithTemporality(deltaTemporality))
		last := wrapped
		for range 3 {
			time.Sleep(7 * time.Second)
			for p, start := range map[*instrument.Producer]time.Time{cumulative: wrapped, delta: last} {
				scopes, err := p.Produce(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range scopes[0].Metrics {
					from, to, ok := times(m)
					if ok && m.Name != "kvdb.in_flight" && (!from.Equal(start) || !to.Equal(time.Now())) {
						t.Errorf("%s is from %v to %v, want from %v to %v", m.Name, from, to, start, time.Now())
					}
				}
			}
			last = time.Now()
		}
	})
}

func times(m metricdata.Metrics) (from, to time.Time, ok bool) {
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		return data.DataPoints[0].StartTime, data.DataPoints[0].Time, true
	case metricdata.Histogram[float64]:
		return data.DataPoints[0].StartTime, data.DataPoints[0].Time, true
	default:
		return from, to, false
	}
}

// The slices that Produce returns are the caller's to change.
func TestProducedSlicesAreFresh(t *testing.T) {
	h := newHarness(t)
	_, _ = h.Get(t.Context(), []byte("key"))
	series := func() map[string]float64 {
		m := h.collect().Map()
		maps.DeleteFunc(m, func(series string, _ float64) bool { return strings.HasPrefix(series, "kvdb.stats.age") })
		return m
	}
	before := series()
	scopes, err := h.producer.Produce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range scopes[0].Metrics {
		if data, ok := m.Data.(metricdata.Histogram[float64]); ok {
			for _, p := range data.DataPoints {
				for i := range p.BucketCounts {
					p.BucketCounts[i] = 1e9
				}
				for i := range p.Bounds {
					p.Bounds[i] = -1
				}
			}
			clear(data.DataPoints)
		}
	}
	clear(scopes[0].Metrics)
	equalMaps(t, "series", series(), before)
}

func TestMetricFilter(t *testing.T) {
	h := newHarness(t)
	_, _ = h.Get(t.Context(), []byte("key"))
	p := h.registry.NewProducer(nil, instrument.WithMetricFilter(nil), instrument.WithTemporality(nil),
		instrument.WithMetricFilter(func(name string) bool { return name == "kvdb.errors" }))
	for _, s := range testutil.Collect(t, p) {
		if s.Name != "kvdb.errors" {
			t.Errorf("there is %v", s)
		}
	}
	none := h.registry.NewProducer(instrument.WithMetricFilter(func(string) bool { return false }))
	if scopes, err := none.Produce(t.Context()); len(scopes) != 0 || err != nil {
		t.Errorf("with nothing kept, Produce = %v, %v", scopes, err)
	}
	if scopes, err := instrument.NewRegistry().NewProducer().Produce(t.Context()); len(scopes) != 0 || err != nil {
		t.Errorf("without a store, Produce = %v, %v", scopes, err)
	}
}
