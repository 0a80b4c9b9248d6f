package producers_test

import (
	"context"
	"errors"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/producers"
)

// fixed is a producer of one metric.
type fixed struct {
	data metricdata.Aggregation
	err  error
}

func (f fixed) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	return []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{{Name: "fixed", Data: f.data}}}}, f.err
}

var errBroken = errors.New("broken")

func TestSeveralKeepWhatWorks(t *testing.T) {
	scopes, err := producers.Several{fixed{err: errBroken}, fixed{}}.Produce(t.Context())
	if len(scopes) != 2 || !errors.Is(err, errBroken) {
		t.Errorf("%d scopes, error %v", len(scopes), err)
	}
}

func TestSparing(t *testing.T) {
	for _, err := range []error{nil, errBroken} {
		var told []error
		p := producers.Sparing(fixed{err: err}, func(of string, err error) {
			if told = append(told, err); of != "a producer" {
				t.Errorf("told of %s", of)
			}
		})
		scopes, got := p.Produce(t.Context())
		if len(scopes) != 1 || got != nil || (len(told) == 1) != (err != nil) {
			t.Errorf("%d scopes, error %v, told %v", len(scopes), got, told)
		}
	}
}

// All points of one time have the same, which is later than that of those before.
func TestStamped(t *testing.T) {
	old := time.Unix(1, 0)
	points := func() metricdata.Gauge[int64] {
		return metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Time: old}, {Time: old.Add(time.Hour)}}}
	}
	p := producers.Stamped(producerFunc(func() metricdata.Aggregation { return points() }))
	var last time.Time
	for range 3 {
		scopes, err := p.Produce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := scopes[0].Metrics[0].Data.(metricdata.Gauge[int64]).DataPoints
		if !got[0].Time.Equal(got[1].Time) || !got[0].Time.After(last) {
			t.Errorf("times %v and %v after %v", got[0].Time, got[1].Time, last)
		}
		last = got[0].Time
	}
}

type producerFunc func() metricdata.Aggregation

func (f producerFunc) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	return fixed{data: f()}.Produce(ctx)
}

var _ sdkmetric.Producer = producerFunc(nil)

func TestWithoutExemplars(t *testing.T) {
	histogram := metricdata.Histogram[float64]{DataPoints: []metricdata.HistogramDataPoint[float64]{
		{Count: 7, Exemplars: []metricdata.Exemplar[float64]{{Value: 1}}},
	}}
	scopes, err := producers.WithoutExemplars(producers.Several{fixed{data: histogram}, fixed{data: metricdata.Gauge[int64]{}, err: errBroken}}).Produce(t.Context())
	if !errors.Is(err, errBroken) || len(scopes) != 2 {
		t.Fatalf("%d scopes, error %v", len(scopes), err)
	}
	if p := scopes[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints[0]; p.Count != 7 || len(p.Exemplars) != 0 {
		t.Errorf("point %+v", p)
	}
}
