package testutil

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A Sample is one series, as Prometheus counts them: a histogram is one for
// each bucket and the one above all bounds, one for its sum and one for its
// count.
type Sample struct {
	Name       string            // of the metric, with _bucket, _sum or _count
	Attributes map[string]string // with le or quantile where there is one
	Value      float64
	Exemplar   string // empty without one

	labels string
}

// String returns the sample as a line of the text format, but for the name,
// which is OTel's.
func (s Sample) String() string {
	line := s.Name + "{" + s.labels + "} " + number(s.Value)
	if s.Exemplar != "" {
		line += " # " + s.Exemplar
	}
	return line
}

// Series returns the sample without its value.
func (s Sample) Series() string { return s.Name + "{" + s.labels + "}" }

// Samples are all series of one collection, in its order and sorted within a
// metric.
type Samples []Sample

// A producer is what sdk/metric calls one.
type producer interface {
	Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error)
}

// Collect returns what p produces.
func Collect(t testing.TB, p producer) Samples {
	t.Helper()
	scopes, err := p.Produce(context.Background())
	if err != nil {
		t.Fatalf("Produce: %v", err)
	}
	return Flatten(scopes)
}

// Flatten returns the series of scopes.
func Flatten(scopes []metricdata.ScopeMetrics) Samples {
	var all Samples
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			of := flatten(m)
			slices.SortStableFunc(of, func(a, b Sample) int { return strings.Compare(a.group(), b.group()) })
			all = append(all, of...)
		}
	}
	return all
}

// group sorts the buckets of one histogram together and in their order.
func (s Sample) group() string {
	before, _, _ := strings.Cut(s.labels, `,le="`)
	before, _, _ = strings.Cut(before, `,quantile="`)
	return before
}

func flatten(m metricdata.Metrics) Samples {
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		return points(m.Name, data.DataPoints)
	case metricdata.Sum[float64]:
		return points(m.Name, data.DataPoints)
	case metricdata.Gauge[int64]:
		return points(m.Name, data.DataPoints)
	case metricdata.Gauge[float64]:
		return points(m.Name, data.DataPoints)
	case metricdata.Histogram[int64]:
		return histograms(m.Name, data.DataPoints)
	case metricdata.Histogram[float64]:
		return histograms(m.Name, data.DataPoints)
	case metricdata.Summary:
		return summaries(m.Name, data.DataPoints)
	default:
		panic(fmt.Sprintf("testutil: %s has data of type %T", m.Name, m.Data))
	}
}

func points[N int64 | float64](name string, from []metricdata.DataPoint[N]) Samples {
	var all Samples
	for _, p := range from {
		all = append(all, sample(name, p.Attributes, float64(p.Value)))
	}
	return all
}

func histograms[N int64 | float64](name string, from []metricdata.HistogramDataPoint[N]) Samples {
	var all Samples
	for _, p := range from {
		var n uint64
		for i, count := range p.BucketCounts {
			n += count
			le, low := "+Inf", 0.0
			if i < len(p.Bounds) {
				le = number(p.Bounds[i])
			}
			if i > 0 {
				low = p.Bounds[i-1]
			}
			s := sample(name+"_bucket", p.Attributes, float64(n), attribute.String("le", le))
			for _, e := range p.Exemplars {
				v := float64(e.Value)
				if (i == 0 || v > low) && (i == len(p.Bounds) || v <= p.Bounds[i]) {
					s.Exemplar = fmt.Sprintf("{trace_id=%q,span_id=%q} %s", hex.EncodeToString(e.TraceID), hex.EncodeToString(e.SpanID), number(v))
				}
			}
			all = append(all, s)
		}
		all = append(all,
			sample(name+"_sum", p.Attributes, float64(p.Sum)),
			sample(name+"_count", p.Attributes, float64(p.Count)))
	}
	return all
}

func summaries(name string, from []metricdata.SummaryDataPoint) Samples {
	var all Samples
	for _, p := range from {
		for _, q := range p.QuantileValues {
			all = append(all, sample(name, p.Attributes, q.Value, attribute.String("quantile", number(q.Quantile))))
		}
		all = append(all, sample(name+"_sum", p.Attributes, p.Sum), sample(name+"_count", p.Attributes, float64(p.Count)))
	}
	return all
}

func sample(name string, set attribute.Set, value float64, further ...attribute.KeyValue) Sample {
	s := Sample{Name: name, Value: value, Attributes: make(map[string]string)}
	var labels []string
	for _, kv := range append(set.ToSlice(), further...) {
		s.Attributes[string(kv.Key)] = kv.Value.String()
		labels = append(labels, fmt.Sprintf("%s=%q", kv.Key, kv.Value.String()))
	}
	s.labels = strings.Join(labels, ",")
	return s
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Find returns the samples with a name and with the attributes that pairs list
// as key, value, key, value.
func (s Samples) Find(name string, pairs ...string) Samples {
	var found Samples
	for _, x := range s {
		match := x.Name == name
		for i := 0; i < len(pairs); i += 2 {
			match = match && x.Attributes[pairs[i]] == pairs[i+1]
		}
		if match {
			found = append(found, x)
		}
	}
	return found
}

// Sum adds up what Find finds.
func (s Samples) Sum(name string, pairs ...string) float64 {
	var sum float64
	for _, x := range s.Find(name, pairs...) {
		sum += x.Value
	}
	return sum
}

// Map returns the values of all series. It panics when two are the same.
func (s Samples) Map() map[string]float64 {
	m := make(map[string]float64, len(s))
	for _, x := range s {
		if _, ok := m[x.Series()]; ok {
			panic("testutil: twice in one collection: " + x.Series())
		}
		m[x.Series()] = x.Value
	}
	return m
}
