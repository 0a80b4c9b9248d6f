package instrument_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A pair is one series of the duration in both forms.
type pair struct {
	classic     metricdata.HistogramDataPoint[float64]
	exponential metricdata.ExponentialHistogramDataPoint[float64]
}

// pairs returns the duration in both forms, by series, and checks that they
// agree.
func pairs(t testing.TB, p *instrument.Producer) map[string]pair {
	t.Helper()
	scopes, err := p.Produce(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]pair)
	for _, m := range scopes[0].Metrics {
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			if m.Name == "db.client.operation.duration" {
				for _, c := range data.DataPoints {
					all[c.Attributes.Encoded(attribute.DefaultEncoder())] = pair{classic: c}
				}
			}
		case metricdata.ExponentialHistogram[float64]:
			if m.Name != instrument.ExponentialDurationName || m.Unit != "s" {
				t.Errorf("there is %s in %s", m.Name, m.Unit)
			}
			for _, e := range data.DataPoints {
				series := e.Attributes.Encoded(attribute.DefaultEncoder())
				all[series] = pair{all[series].classic, e}
			}
		}
	}
	for series, p := range all {
		n := p.exponential.ZeroCount
		for _, c := range p.exponential.PositiveBucket.Counts {
			n += c
		}
		if n != p.exponential.Count || n != p.classic.Count || p.exponential.Sum != p.classic.Sum ||
			!p.exponential.StartTime.Equal(p.classic.StartTime) || !p.exponential.Time.Equal(p.classic.Time) {
			t.Errorf("%s: %d in exponential buckets, %+v against %+v", series, n, p.exponential, p.classic)
		}
	}
	return all
}

// decode returns the counts by the upper edge of their bucket, as OpenTelemetry's
// data model defines it.
func decode(p metricdata.ExponentialHistogramDataPoint[float64]) map[float64]uint64 {
	counts := map[float64]uint64{p.ZeroThreshold: p.ZeroCount}
	base := math.Pow(2, math.Pow(2, -float64(p.Scale)))
	for i, n := range p.PositiveBucket.Counts {
		counts[math.Pow(base, float64(int(p.PositiveBucket.Offset)+i+1))] = n
	}
	maps.DeleteFunc(counts, func(_ float64, n uint64) bool { return n == 0 })
	return counts
}

func TestExponentialDurations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry(instrument.WithExponentialDurations())
		h := newHarness(t, instrument.WithRegistry(r))
		defer h.Close()
		p := r.NewProducer()
		of := func() metricdata.ExponentialHistogramDataPoint[float64] {
			t.Helper()
			for _, pair := range pairs(t, p) {
				e := pair.exponential
				v, _ := e.Attributes.Value("db.operation.name")
				if v.AsString() == "get" && !e.Attributes.HasValue("error.type") {
					return e
				}
			}
			t.Fatal("no exponential histogram")
			return metricdata.ExponentialHistogramDataPoint[float64]{}
		}
		if empty := of(); empty.ZeroThreshold <= 32e-9 || empty.Scale != 3 || len(empty.PositiveBucket.Counts) != 0 {
			t.Errorf("before traffic: %+v", empty)
		}
		last := decode(of())
		durations := []time.Duration{0, 1, 32, 33, 1e3, 1e6, 1e9, 1000e9, 5000e9}
		for range 500 {
			durations = append(durations, time.Duration(33*math.Pow(3e10, rand.Float64())))
		}
		for _, d := range durations {
			h.take(d)
			now, grown := decode(of()), 0
			for edge, n := range now {
				if n == last[edge] {
					continue
				}
				grown++
				counted := min(d, 1000*time.Second).Seconds()
				low, high := edge/(1.0906*1.0906), edge*1.0906
				if n != last[edge]+1 || d > 32 && (counted <= low || counted > high) || d <= 32 && edge > 33e-9 {
					t.Errorf("%v is in the bucket up to %v s", d, edge)
				}
			}
			if grown != 1 {
				t.Errorf("%v changed %d buckets", d, grown)
			}
			last = now
		}
	})
}

// Failures have series of their own, and readers of deltas get deltas.
func TestExponentialDurationsOfDeltas(t *testing.T) {
	r := instrument.NewRegistry(instrument.WithExponentialDurations())
	below := testutil.NewFaulty()
	w := wrap(t, below, instrument.WithRegistry(r))
	cumulative, delta := r.NewProducer(), r.NewProducer(instrument.WithTemporality(deltaTemporality))
	sum := make(map[string]map[float64]uint64)
	for round := range 6 {
		if round == 3 {
			below.Inject(testutil.Errors(kvdb.ErrUnavailable))
		}
		for _, c := range operationCalls(t) {
			for range round {
				_ = c.call(t.Context(), w, []byte("key"), []byte("value"))
			}
		}
		for series, p := range pairs(t, delta) {
			if sum[series] == nil {
				sum[series] = make(map[float64]uint64)
			}
			for edge, n := range decode(p.exponential) {
				sum[series][edge] += n
			}
		}
	}
	all := pairs(t, cumulative)
	if len(all) != len(sum) || len(all) < 15 {
		t.Errorf("%d series, %d of deltas", len(all), len(sum))
	}
	for series, p := range all {
		if got, want := sum[series], decode(p.exponential); !maps.Equal(got, want) {
			t.Errorf("%s: the deltas are %v, want %v", series, got, want)
		}
	}
}

func TestExponentialDurationsUnderTraffic(t *testing.T) {
	r := instrument.NewRegistry(instrument.WithExponentialDurations())
	w := wrap(t, testutil.NewFaulty(), instrument.WithRegistry(r))
	calls := operationCalls(t)
	const workers, rounds = 4, 300
	var traffic, collecting sync.WaitGroup
	for i := range workers {
		traffic.Go(func() {
			for n := range rounds {
				_ = calls[(n+i)%len(calls)].call(t.Context(), w, []byte("key"), []byte("value"))
				_, _ = w.Get(t.Context(), nil) // which is invalid
			}
		})
	}
	stop := make(chan struct{})
	for range 2 {
		collecting.Go(func() {
			p := r.NewProducer()
			for {
				select {
				case <-stop:
					return
				default:
					pairs(t, p)
				}
			}
		})
	}
	traffic.Wait()
	close(stop)
	collecting.Wait()
	var n uint64
	for _, p := range pairs(t, r.NewProducer()) {
		n += p.exponential.Count
	}
	if n != 2*workers*rounds {
		t.Errorf("%d operations, want %d", n, 2*workers*rounds)
	}
}

func TestExponentialDurationsByOption(t *testing.T) {
	has := func(p *instrument.Producer) bool {
		scopes, err := p.Produce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, scope := range scopes {
			for _, m := range scope.Metrics {
				if m.Name == instrument.ExponentialDurationName {
					return true
				}
			}
		}
		return false
	}
	without := newHarness(t)
	if has(without.producer) {
		t.Error("it is there without the option")
	}
	r := instrument.NewRegistry(instrument.WithExponentialDurations())
	if has(r.NewProducer()) {
		t.Error("it is there without a store")
	}
	wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
	if !has(r.NewProducer()) {
		t.Error("it is not there with the option")
	}
	if has(r.NewProducer(instrument.WithMetricFilter(func(name string) bool { return name != instrument.ExponentialDurationName }))) {
		t.Error("the filter leaves it there")
	}
}

func ExampleWithExponentialDurations() {
	registry := instrument.NewRegistry(instrument.WithExponentialDurations())
	reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(registry.NewProducer(
		instrument.WithMetricFilter(func(name string) bool { return name == instrument.ExponentialDurationName }))))
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	defer provider.Shutdown(context.Background())

	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry))
	defer store.Close()
	_ = store.Put(context.Background(), []byte("key"), []byte("value"))

	var collected metricdata.ResourceMetrics
	_ = reader.Collect(context.Background(), &collected)
	for _, m := range collected.ScopeMetrics[0].Metrics {
		for _, p := range m.Data.(metricdata.ExponentialHistogram[float64]).DataPoints {
			if p.Count > 0 {
				operation, _ := p.Attributes.Value("db.operation.name")
				fmt.Println(m.Name, operation.AsString(), "scale", p.Scale, "count", p.Count)
			}
		}
	}
	// Output: db.client.operation.duration.exponential put scale 3 count 1
}
