package otelsetup

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
)

func withUsage(read func() usage) Option {
	return optionFunc(func(c *config) { c.readUsage = read })
}

// readings collects what the sampler's instruments show; what they leave out is
// NaN.
func readings(t *testing.T, s *sampler) (resident, cpu, memory float64) {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	if err := s.observe(provider.Meter("test")); err != nil {
		t.Fatal(err)
	}
	var got metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &got); err != nil {
		t.Fatal(err)
	}
	resident, cpu, memory = math.NaN(), math.NaN(), math.NaN()
	for _, scope := range got.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Gauge[int64]:
				resident = float64(data.DataPoints[0].Value)
			case metricdata.Gauge[float64]:
				for _, p := range data.DataPoints {
					switch resource, _ := p.Attributes.Value(attribute.Key("kvdb.resource")); resource.AsString() {
					case "cpu":
						cpu = p.Value
					case "memory":
						memory = p.Value
					}
				}
			}
		}
	}
	return resident, cpu, memory
}

func same(a, b float64) bool { return a == b || (math.IsNaN(a) && math.IsNaN(b)) }

func TestSampler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var next atomic.Pointer[usage]
		var reads atomic.Int32
		next.Store(&usage{resident: 100, memory: 0.25, cpu: []cpuTime{{"a", 5, 2}}})
		s := startSampler(func() usage { reads.Add(1); return *next.Load() })
		want := func(at time.Duration, n int32, resident, cpu, memory float64) {
			t.Helper()
			time.Sleep(time.Until(began.Add(at)))
			synctest.Wait()
			if got := reads.Load(); got != n {
				t.Errorf("at %v: %d readings taken, want %d", at, got, n)
			}
			if r, c, m := readings(t, s); !same(r, resident) || !same(c, cpu) || !same(m, memory) {
				t.Errorf("at %v: %v, %v, %v, want %v, %v, %v", at, r, c, m, resident, cpu, memory)
			}
		}
		nan := math.NaN()
		want(0, 1, 100, nan, 0.25)
		next.Store(&usage{resident: 200, memory: nan, cpu: []cpuTime{{"a", 10, 2}}})
		want(9*time.Second, 1, 100, nan, 0.25) // a collection reads nothing itself
		want(10*time.Second, 2, 200, 5.0/20, nan)
		next.Store(&usage{resident: nan, memory: nan, cpu: []cpuTime{{"b", 10, 2}}})
		want(20*time.Second, 3, nan, nan, nan)

		if err := s.shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		want(40*time.Second, 3, nan, nan, nan) // ended
	})
}

func TestSamplerLeavesOutStaleReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		release := make(chan struct{})
		s := startSampler(func() usage {
			switch calls.Add(1) {
			case 1:
				return usage{resident: 1, memory: 1}
			case 2:
				panic("a bug")
			}
			<-release
			return usage{resident: 2, memory: 0}
		})
		time.Sleep(30 * time.Second)
		if r, _, m := readings(t, s); r != 1 || m != 1 {
			t.Errorf("after 30 s: %v, %v", r, m)
		}
		time.Sleep(time.Second)
		if r, c, m := readings(t, s); !math.IsNaN(r) || !math.IsNaN(c) || !math.IsNaN(m) {
			t.Errorf("after 31 s: %v, %v, %v", r, c, m)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown during a reading that hangs: %v", err)
		}
		close(release)
		if err := s.shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestSamplerBeforeAnyReading(t *testing.T) {
	s := startSampler(func() usage { panic("a bug") })
	if r, c, m := readings(t, s); !math.IsNaN(r) || !math.IsNaN(c) || !math.IsNaN(m) {
		t.Errorf("%v, %v, %v", r, c, m)
	}
	if err := s.shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCPUShare(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name          string
		before, after []cpuTime
		want          float64
	}{
		{"nothing", nil, nil, nan},
		{"half", []cpuTime{{"a", 1, 1}}, []cpuTime{{"a", 6, 1}}, 0.5},
		{"the tightest", []cpuTime{{"a", 0, 4}, {"b", 0, 1}}, []cpuTime{{"a", 8, 4}, {"b", 6, 1}}, 0.6},
		{"a burst", []cpuTime{{"a", 0, 1}}, []cpuTime{{"a", 11, 1}}, 1},
		{"a new group", []cpuTime{{"a", 0, 1}}, []cpuTime{{"b", 5, 1}}, nan},
		{"a counter that restarted", []cpuTime{{"a", 9, 1}}, []cpuTime{{"a", 1, 1}}, nan},
		{"no capacity", []cpuTime{{"a", 0, 0}}, []cpuTime{{"a", 1, 0}}, nan},
	} {
		if got := cpuShare(tt.before, tt.after, 10); !same(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The readings of this machine are plausible, whichever machine that is.
func TestUsageOfThisProcess(t *testing.T) {
	u := newUsageReader()()
	if !(u.resident > 1<<20) {
		t.Errorf("resident %v bytes", u.resident)
	}
	if !math.IsNaN(u.memory) && !(u.memory >= 0 && u.memory <= 1) {
		t.Errorf("memory %v", u.memory)
	}
	for _, c := range u.cpu {
		if !(c.capacity > 0) || !(c.used >= 0) {
			t.Errorf("cpu %+v", c)
		}
	}
	tel := start(t, WithLogger(zap.NewNop()))
	if scrape(t, tel.MetricsHandler())["kvdb_memory_bytes"] == nil {
		t.Error("the first scrape has no kvdb_memory_bytes")
	}
}
