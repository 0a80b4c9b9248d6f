package instrument_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// standardBounds are those of db.client.operation.duration in nanoseconds.
var standardBounds = []time.Duration{
	1e3, 5e3, 10e3, 50e3, 100e3, 500e3, 1e6, 5e6, 10e6, 50e6, 100e6, 500e6, 1e9, 5e9, 10e9,
}

// An oracle is a histogram by the definition.
type oracle struct {
	bounds []time.Duration
	counts []uint64
	sum    time.Duration
	n      uint64
}

func newOracle(bounds ...time.Duration) *oracle {
	return &oracle{bounds: bounds, counts: make([]uint64, len(bounds)+1)}
}

func (o *oracle) record(d time.Duration) {
	i := 0
	for i < len(o.bounds) && d > o.bounds[i] {
		i++
	}
	o.counts[i]++
	o.sum += d
	o.n++
}

func (o *oracle) check(t testing.TB, name string, got metricdata.HistogramDataPoint[float64]) {
	t.Helper()
	if !slices.Equal(got.BucketCounts, o.counts) {
		t.Errorf("%s: counts %v, want %v", name, got.BucketCounts, o.counts)
	}
	if got.Count != o.n {
		t.Errorf("%s: count %d, want %d", name, got.Count, o.n)
	}
	if want := o.sum.Seconds(); math.Abs(got.Sum-want) > 1e-12*want {
		t.Errorf("%s: sum %v, want %v", name, got.Sum, want)
	}
	for i, b := range got.Bounds {
		if time.Duration(math.Round(b*1e9)) != o.bounds[i] {
			t.Errorf("%s: bound %v, want %v", name, b, o.bounds[i])
		}
	}
}

// histogram returns the point of one operation that did not fail.
func histogram(t testing.TB, p *instrument.Producer, name, operation string) metricdata.HistogramDataPoint[float64] {
	t.Helper()
	scopes, err := p.Produce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range scopes[0].Metrics {
		if m.Name != name {
			continue
		}
		for _, point := range m.Data.(metricdata.Histogram[float64]).DataPoints {
			if v, _ := point.Attributes.Value("db.operation.name"); v.AsString() == operation && !point.Attributes.HasValue("error.type") {
				return point
			}
		}
	}
	t.Fatalf("no %s of %s", name, operation)
	return metricdata.HistogramDataPoint[float64]{}
}

// take makes a read last d. It must run in a bubble.
func (h *harness) take(d time.Duration) {
	h.below.Inject(testutil.Latency(d))
	_, _ = h.Get(h.t.Context(), []byte("key"))
}

func checkExact(t *testing.T, durations []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		defer h.Close()
		duration, latency := newOracle(standardBounds...), newOracle(1e6, 10e6, 100e6, 1e9)
		for _, d := range durations {
			h.take(d)
			duration.record(d)
			latency.record(d)
		}
		duration.check(t, "duration", histogram(t, h.producer, "db.client.operation.duration", "get"))
		if len(durations) > 0 {
			latency.check(t, "latency", histogram(t, h.producer, "kvdb.request.latency", "get"))
		}
	})
}

func TestHistogramsAreExact(t *testing.T) {
	var edges, random []time.Duration
	for _, b := range standardBounds {
		edges = append(edges, b-1, b, b+1)
	}
	for range 2000 {
		random = append(random, time.Duration(rand.Uint64()>>1>>(27+rand.IntN(30)))) // up to a minute
	}
	for name, durations := range map[string][]time.Duration{
		"none": nil, "edges": edges, "random": random, "zero": {0, 0}, "long": {1<<40 - 1, 1 << 40, 1 << 43},
	} {
		t.Run(name, func(t *testing.T) { checkExact(t, durations) })
	}
}

func FuzzHistogram(f *testing.F) {
	f.Add([]byte("a few durations of any length, eight bytes for each"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var durations []time.Duration
		for ; len(raw) >= 8 && len(durations) < 64; raw = raw[8:] {
			n := binary.LittleEndian.Uint64(raw)
			durations = append(durations, time.Duration(n>>24>>(n%40)))
		}
		checkExact(t, durations)
	})
}

func TestDurationBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bounds := slices.Concat(standardBounds, []time.Duration{300e6, 25e6})
		slices.Sort(bounds)
		want := newOracle(bounds...)
		r := instrument.NewRegistry(instrument.WithDurationBounds(0.3), nil, instrument.WithDurationBounds(0.025, 0.1))
		h := newHarness(t, instrument.WithRegistry(r))
		defer h.Close()
		for _, d := range []time.Duration{25e6, 25e6 + 1, 300e6 - 1, 300e6, 300e6 + 1, 7} {
			h.take(d)
			want.record(d)
		}
		want.check(t, "duration", histogram(t, r.NewProducer(), "db.client.operation.duration", "get"))
	})
	many := make([]float64, 300)
	for i := range many {
		many[i] = float64(i+2) * 0.00317
	}
	for name, bounds := range map[string][]float64{
		"zero": {0}, "negative": {-1}, "NaN": {math.NaN()}, "infinite": {math.Inf(1)}, "too many": many,
	} {
		_, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(
			instrument.NewRegistry(instrument.WithDurationBounds(bounds...))))
		if err == nil || !strings.Contains(err.Error(), "bound") {
			t.Errorf("%s: Wrap returned %v", name, err)
		} else if strings.Count(err.Error(), "instrument:") != 1 {
			t.Errorf("%s: Wrap repeats itself: %v", name, err)
		}
	}
}

func TestSizes(t *testing.T) {
	h := newHarness(t, instrument.WithSizes())
	ctx := t.Context()
	key := []byte("k")
	var bounds []int
	for b := 16; b <= 16<<20; b *= 4 {
		bounds = append(bounds, b)
	}
	request, response := make([]uint64, len(bounds)+1), make([]uint64, len(bounds)+1)
	var sent, delivered int64
	bucket := func(size int) int {
		i := 0
		for i < len(bounds) && size > bounds[i] {
			i++
		}
		return i
	}
	for _, b := range bounds {
		for _, size := range []int{b - 1, b, b + 1} {
			if err := h.Put(ctx, key, make([]byte, size-len(key))); err != nil {
				t.Fatal(err)
			}
			request[bucket(size)]++
			sent += int64(size)
			v, err := h.Get(ctx, key)
			if err != nil {
				t.Fatal(err)
			}
			response[bucket(len(v))]++
			delivered += int64(len(v))
		}
	}
	_, _ = h.Get(ctx, []byte("none"))
	response[0]++

	scopes, err := h.producer.Produce(ctx)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, m := range scopes[0].Metrics {
		data, ok := m.Data.(metricdata.Histogram[int64])
		if !ok {
			continue
		}
		for _, p := range data.DataPoints {
			operation, _ := p.Attributes.Value("db.operation.name")
			want, sum := request, sent
			switch m.Name + " " + operation.AsString() {
			case "kvdb.request.size put":
			case "kvdb.response.size get":
				want, sum = response, delivered
			default:
				continue
			}
			checked++
			if !slices.Equal(p.BucketCounts, want) || p.Sum != sum {
				t.Errorf("%s: %v, sum %d, want %v, sum %d", m.Name, p.BucketCounts, p.Sum, want, sum)
			}
		}
	}
	if checked != 2 {
		t.Errorf("found %d of the two histograms", checked)
	}
	collected := h.collect()
	for name, operation := range map[string]string{"kvdb.response.size_count": "put", "kvdb.request.size_count": "ping"} {
		if got := collected.Find(name, "db.operation.name", operation); len(got) > 0 {
			t.Errorf("%v: %s has nothing of the kind", got, operation)
		}
	}
	if got := newHarness(t).collect().Find("kvdb.request.size_count"); len(got) > 0 {
		t.Errorf("without the option there is %v", got)
	}
}
