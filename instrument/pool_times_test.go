package instrument_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A pool that measures its connections has both histograms, cumulative and as deltas, and no longer
// that of one bucket.
func TestPoolTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		delta := newReader(t, r, deltaTemporality)
		cumulative := newReader(t, r, sdkmetric.DefaultTemporalitySelector)
		var pool setting[kvdb.PoolStats]
		pool.set(kvdb.PoolStats{Waits: 1, WaitTime: time.Hour})
		w := wrap(t, pooled(&pool), instrument.WithRegistry(r))
		defer w.Close()
		synctest.Wait()
		only := func(series map[string]float64, metric string) map[string]float64 {
			found := make(map[string]float64)
			for name, value := range series {
				if rest, ok := strings.CutPrefix(name, "db.client.connection."+metric+"_"); ok && value != 0 {
					found[strings.Replace(rest, poolLabels, "{", 1)] = value
				}
			}
			return found
		}
		if got := only(cumulative.counted(), "create_time"); len(got) != 0 {
			t.Errorf("of a pool that does not measure there is %v", got)
		}

		var times kvdb.PoolTimes
		times.Measured = true
		times.Create.Counts[1], times.Create.Sum = 2, 600*time.Microsecond
		times.Wait.Counts[0], times.Wait.Counts[11], times.Wait.Sum = 3, 1, 12*time.Second
		pool.set(kvdb.PoolStats{Waits: 1, WaitTime: time.Hour, Times: times})
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		for name, reader := range map[string]interface{ counted() map[string]float64 }{"cumulative": cumulative, "delta": delta} {
			series := reader.counted()
			equalMaps(t, name+" create_time", buckets(only(series, "create_time")), map[string]float64{"count": 2, "sum": 0.0006, "0.0005": 2, "10": 2, "+Inf": 2})
			equalMaps(t, name+" wait_time", buckets(only(series, "wait_time")), map[string]float64{"count": 4, "sum": 12, "0.0001": 3, "0.0005": 3, "10": 3, "+Inf": 4})
		}

		times.Create.Counts[1], times.Create.Sum = 3, time.Millisecond
		pool.set(kvdb.PoolStats{Waits: 1, WaitTime: time.Hour, Times: times})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		equalMaps(t, "the next delta", buckets(only(delta.counted(), "create_time")), map[string]float64{"count": 1, "sum": 0.0004, "0.0005": 1, "10": 1, "+Inf": 1})
	})
}

// buckets keeps the sum, the count and some of the buckets, by their bounds.
func buckets(series map[string]float64) map[string]float64 {
	got := make(map[string]float64)
	for name, value := range series {
		name, bound, _ := strings.Cut(name, "le=\"")
		if bound != "" {
			name = strings.TrimSuffix(bound, "\"}")
		}
		got[strings.TrimSuffix(name, "{}")] = value
	}
	kept := []string{"count", "sum", "0.0001", "0.0005", "10", "+Inf"}
	maps.DeleteFunc(got, func(name string, _ float64) bool { return !slices.Contains(kept, name) })
	return got
}

// The bounds of the catalogue are those of package kvdb.
func TestPoolTimeBounds(t *testing.T) {
	bounds := kvdb.PoolTimeBounds()
	for _, metric := range []catalog.Metric{catalog.PoolCreateTime, catalog.PoolWaitTime} {
		if len(metric.Bounds) != len(bounds) {
			t.Fatalf("%s has %d bounds, want %d", metric.Name, len(metric.Bounds), len(bounds))
		}
		for i, bound := range bounds {
			if got := strconv.FormatFloat(metric.Bounds[i], 'g', -1, 64); got != strconv.FormatFloat(bound.Seconds(), 'g', -1, 64) {
				t.Errorf("%s has the bound %s, want %v", metric.Name, got, bound)
			}
		}
	}
}
