package instrument_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// pointTimes returns the times of the points, and how many have each.
func pointTimes(scopes []metricdata.ScopeMetrics) map[time.Time]int {
	times := make(map[time.Time]int)
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			points := reflect.ValueOf(m.Data).FieldByName("DataPoints")
			for i := range points.Len() {
				at, _ := points.Index(i).FieldByName("Time").Interface().(time.Time)
				times[at]++
			}
		}
	}
	return times
}

// Prometheus refuses an export as a whole when a point of it is not later than
// the last export, to the millisecond.
func TestOneTimeForAllPoints(t *testing.T) {
	r := instrument.NewRegistry(instrument.WithExponentialDurations())
	for i := range 50 {
		s := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r), instrument.WithNamespace(fmt.Sprint(i)), instrument.WithSizes())
		defer s.Close()
		_ = s.Put(t.Context(), []byte("key"), []byte("value"))
	}
	for name, p := range map[string]*instrument.Producer{
		"cumulative": r.NewProducer(),
		"delta":      r.NewProducer(instrument.WithTemporality(deltaTemporality)),
	} {
		var last time.Time
		for range 20 { // more than one in a millisecond
			scopes, err := p.Produce(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			times := pointTimes(scopes)
			if len(times) != 1 {
				t.Fatalf("%s: %d times: %v", name, len(times), times)
			}
			for at := range times {
				if at.UnixMilli() <= last.UnixMilli() {
					t.Errorf("%s: at %v after %v", name, at, last)
				}
				last = at
			}
		}
	}
}
