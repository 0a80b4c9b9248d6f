package points

import (
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// every has a metric of each type, with a point of each of the times.
func every(temporality metricdata.Temporality, at ...time.Time) []metricdata.ScopeMetrics {
	var (
		ints       []metricdata.DataPoint[int64]
		floats     []metricdata.DataPoint[float64]
		intHists   []metricdata.HistogramDataPoint[int64]
		floatHists []metricdata.HistogramDataPoint[float64]
		intExps    []metricdata.ExponentialHistogramDataPoint[int64]
		floatExps  []metricdata.ExponentialHistogramDataPoint[float64]
		summaries  []metricdata.SummaryDataPoint
	)
	for _, t := range at {
		ints = append(ints, metricdata.DataPoint[int64]{StartTime: t, Time: t, Exemplars: []metricdata.Exemplar[int64]{{Time: t}}})
		floats = append(floats, metricdata.DataPoint[float64]{StartTime: t, Time: t})
		intHists = append(intHists, metricdata.HistogramDataPoint[int64]{StartTime: t, Time: t})
		floatHists = append(floatHists, metricdata.HistogramDataPoint[float64]{StartTime: t, Time: t})
		intExps = append(intExps, metricdata.ExponentialHistogramDataPoint[int64]{StartTime: t, Time: t})
		floatExps = append(floatExps, metricdata.ExponentialHistogramDataPoint[float64]{StartTime: t, Time: t})
		summaries = append(summaries, metricdata.SummaryDataPoint{StartTime: t, Time: t})
	}
	return []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{
		{Data: metricdata.Sum[int64]{Temporality: temporality, DataPoints: ints}},
		{Data: metricdata.Sum[float64]{Temporality: temporality, DataPoints: floats}},
		{Data: metricdata.Histogram[int64]{Temporality: temporality, DataPoints: intHists}},
		{Data: metricdata.Histogram[float64]{Temporality: temporality, DataPoints: floatHists}},
		{Data: metricdata.ExponentialHistogram[int64]{Temporality: temporality, DataPoints: intExps}},
		{Data: metricdata.ExponentialHistogram[float64]{Temporality: temporality, DataPoints: floatExps}},
	}}, {Metrics: []metricdata.Metrics{
		{Data: metricdata.Gauge[int64]{DataPoints: append(ints[:0:0], ints...)}},
		{Data: metricdata.Gauge[float64]{DataPoints: append(floats[:0:0], floats...)}},
		{Data: metricdata.Summary{DataPoints: summaries}},
		{Data: nil},
	}}}
}

func TestStamp(t *testing.T) {
	for _, temporality := range []metricdata.Temporality{metricdata.CumulativeTemporality, metricdata.DeltaTemporality} {
		t.Run(temporality.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var c Clock
				c.Stamp(every(temporality, time.Now()))
				first := time.Now()
				time.Sleep(time.Minute)
				now := time.Now()
				old := now.Add(-70 * time.Second)
				scopes := every(temporality, now, old)
				c.Stamp(scopes)
				points := 0
				for _, scope := range scopes {
					for _, m := range scope.Metrics {
						Each(m.Data, func(p Point) {
							points++
							if !p.Time.Equal(now) {
								t.Errorf("%T: at %v, want %v", m.Data, p.Time, now)
							}
							cut := Temporality(m.Data) == metricdata.DeltaTemporality && p.Start.Equal(first)
							if !cut && !p.Start.Equal(now) && !p.Start.Equal(old) {
								t.Errorf("%T: from %v", m.Data, p.Start)
							}
							if Temporality(m.Data) == metricdata.DeltaTemporality && p.Start.Before(first) {
								t.Errorf("%T: from %v, which the last export had", m.Data, p.Start)
							}
						})
					}
				}
				if points != 18 {
					t.Errorf("%d points", points)
				}
				sum, _ := scopes[0].Metrics[0].Data.(metricdata.Sum[int64])
				if e := sum.DataPoints[1].Exemplars[0]; !e.Time.Equal(old) {
					t.Errorf("the exemplar's time became %v", e.Time)
				}
			})
		})
	}
}

// Two exports in one millisecond have different times to a receiver that knows
// milliseconds. A clock that was set back a little is waited for.
func TestStampsGrow(t *testing.T) {
	var c Clock
	var last int64
	stamp := func() int64 {
		scopes := every(metricdata.CumulativeTemporality, time.Time{})
		c.Stamp(scopes)
		var at time.Time
		Each(scopes[0].Metrics[0].Data, func(p Point) { at = *p.Time })
		return at.UnixMilli()
	}
	for range 10 {
		at := stamp()
		if at <= last {
			t.Errorf("%d after %d", at, last)
		}
		last = at
	}
	c.last = time.Now().Add(30 * time.Second)
	if at, want := stamp(), c.last.UnixMilli(); at != want || at-time.Now().UnixMilli() < 20_000 {
		t.Errorf("%d after a step of the clock, want %d", at, want)
	}
	c.last = time.Now().Add(time.Hour)
	if at := stamp(); at > time.Now().UnixMilli() {
		t.Errorf("%d, though the clock was set back by an hour", at)
	}
}
