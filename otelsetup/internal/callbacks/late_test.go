package callbacks_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// What is observed after a collection is not a part of the next one: a counter
// would show the sum of both.
func TestLateObservations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, m, _ := guarded()
		back, late := make(chan struct{}), true
		observe := func(o func()) {
			if late {
				<-back
			}
			o()
		}
		counter, err := m.Int64ObservableCounter("ints", metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			observe(func() { o.Observe(5) })
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Float64ObservableCounter("floats", metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			observe(func() { o.Observe(5) })
			return nil
		})); err != nil {
			t.Fatal(err)
		}
		shared, err := m.Float64ObservableCounter("shared")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
			observe(func() { o.ObserveFloat64(shared, 5) })
			return nil
		}, counter, shared); err != nil {
			t.Fatal(err)
		}
		if all := collect(t, reader); len(all) != 0 {
			t.Errorf("observed %v", all)
		}
		close(back)
		synctest.Wait()
		late = false
		all := collect(t, reader)
		if n := all["ints"].Data.(metricdata.Sum[int64]).DataPoints[0].Value; n != 5 {
			t.Errorf("ints: %v, want 5", n)
		}
		for _, name := range []string{"floats", "shared"} {
			if n := all[name].Data.(metricdata.Sum[float64]).DataPoints[0].Value; n != 5 {
				t.Errorf("%s: %v, want 5", name, n)
			}
		}
	})
}

// What hangs one of a library's callbacks hangs all of them: together they take
// less than a scrape may.
func TestManyHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, m, reported := guarded()
		back := make(chan struct{})
		const many = 26
		for i := range many {
			if _, err := m.Int64ObservableGauge("g"+string(rune('A'+i)), metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
				<-back
				o.Observe(1)
				return nil
			})); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		collect(t, reader)
		if took := time.Since(began); took >= 9*time.Second {
			t.Errorf("took %v", took)
		}
		if n := len(reported.take()); n != many {
			t.Errorf("%d reports", n)
		}
		close(back)
		synctest.Wait()
		if n := len(collect(t, reader)); n != many {
			t.Errorf("%d came back", n)
		}
	})
}
