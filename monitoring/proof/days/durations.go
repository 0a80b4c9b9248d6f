package days

import (
	"math"
	"sort"

	"github.com/prometheus/prometheus/model/histogram"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A shape is how long calls take: log-normal about a median, in seconds.
type shape struct{ median, spread float64 }

// within is the share of the calls that take so many seconds or less.
func (s shape) within(seconds float64) float64 {
	return 0.5 * math.Erfc(-math.Log(seconds/s.median)/(s.spread*math.Sqrt2))
}

// A form is how a histogram reaches Prometheus.
type form struct {
	kind   Histograms
	bounds []float64
	schema int32 // of a native histogram
	shapes map[shape][]float64
}

// Native histograms have eight buckets for each power of two, from lowest on, as a bucket of
// OpenTelemetry's exponential histograms is 1.09 times the one below it.
const (
	schema  = 3
	lowest  = -17 * 8
	highest = 4 * 8
)

func newForm(h Histograms) *form {
	f := &form{kind: h, bounds: catalog.OperationDuration.Bounds, schema: histogram.CustomBucketsSchema, shapes: map[shape][]float64{}}
	if h == Native {
		f.schema, f.bounds = schema, nil
		for i := lowest; i <= highest; i++ {
			f.bounds = append(f.bounds, math.Exp2(float64(i)/8))
		}
	}
	return f
}

// whole says whether a histogram is one series.
func (f *form) whole() bool { return f.kind != Classic }

// shares are those of calls within each bound.
func (f *form) shares(s shape) []float64 {
	if known, ok := f.shapes[s]; ok {
		return known
	}
	shares := make([]float64, len(f.bounds)+1)
	for i, b := range f.bounds {
		shares[i] = s.within(b)
	}
	shares[len(f.bounds)] = 1
	f.shapes[s] = shares
	return shares
}

// durations are those of an operation's calls since its process began.
type durations struct {
	*form
	counts []uint64 // in each bucket, the last one beyond all bounds
	sum    float64
}

func newDurations(f *form) *durations {
	return &durations{form: f, counts: make([]uint64, len(f.bounds)+1)}
}

// add adds so many calls. The chance, 0 to 1, decides what is rounded up.
func (d *durations) add(calls float64, s shape, chance float64) {
	if calls == 0 {
		return
	}
	var below float64
	for i, share := range d.shares(s) {
		if i == len(d.counts)-1 {
			chance = 0
		}
		upTo := max(math.Floor(calls*share+chance), below)
		upTo = min(upTo, calls)
		d.counts[i] += uint64(upTo - below)
		below = upTo
	}
	d.sum += calls * s.median
}

// cumulative is how many calls took up to a bound.
func (d *durations) cumulative(bound float64) (n float64) {
	for _, c := range d.counts[:d.bucket(bound)+1] {
		n += float64(c)
	}
	return n
}

func (d *durations) bucket(bound float64) int {
	if math.IsInf(bound, 1) {
		return len(d.bounds)
	}
	return sort.SearchFloat64s(d.bounds, bound)
}

// histogram is the native one, or the one with bounds of its own into which Prometheus
// can convert a classic one.
func (d *durations) histogram() *histogram.Histogram {
	h := &histogram.Histogram{Schema: d.schema, Sum: d.sum}
	first, counts := lowest, d.counts
	if d.schema == histogram.CustomBucketsSchema {
		h.CustomValues, first = d.bounds, 0
	}
	var last int64
	empty := int32(first)
	for _, c := range counts {
		h.Count += c
		if c == 0 {
			empty++
			continue
		}
		if empty > 0 || len(h.PositiveSpans) == 0 {
			h.PositiveSpans = append(h.PositiveSpans, histogram.Span{Offset: empty})
			empty = 0
		}
		h.PositiveSpans[len(h.PositiveSpans)-1].Length++
		h.PositiveBuckets = append(h.PositiveBuckets, int64(c)-last)
		last = int64(c)
	}
	return h
}
