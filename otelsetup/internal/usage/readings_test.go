package usage_test

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

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/otelsetup/internal/usage"
)

// readings collects what the instruments show; what they leave out is
// NaN.
func readings(t *testing.T, s *usage.Readings) (resident, cpu, memory float64) {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	if err := s.Register(provider.Meter("test"), func() bool { return false }); err != nil {
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

func TestReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var next atomic.Pointer[usage.Reading]
		var reads atomic.Int32
		next.Store(&usage.Reading{Resident: 100, Memory: 0.25, CPU: system.CPU{{Of: "a", Used: 5 * time.Second, Capacity: 2}}})
		s := usage.Start(func() usage.Reading { reads.Add(1); return *next.Load() })
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
		next.Store(&usage.Reading{Resident: 200, Memory: nan, CPU: system.CPU{{Of: "a", Used: 10 * time.Second, Capacity: 2}}})
		want(9*time.Second, 1, 100, nan, 0.25) // a collection reads nothing itself
		want(10*time.Second, 2, 200, 5.0/20, nan)
		next.Store(&usage.Reading{Resident: nan, Memory: nan, CPU: system.CPU{{Of: "b", Used: 10 * time.Second, Capacity: 2}}})
		want(20*time.Second, 3, nan, nan, nan)

		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		want(40*time.Second, 3, nan, nan, nan) // ended
	})
}

func TestStaleReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		release := make(chan struct{})
		s := usage.Start(func() usage.Reading {
			switch calls.Add(1) {
			case 1:
				return usage.Reading{Resident: 1, Memory: 1}
			case 2:
				panic("a bug")
			}
			<-release
			return usage.Reading{Resident: 2, Memory: 0}
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
		if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown during a reading that hangs: %v", err)
		}
		close(release)
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestBeforeAnyReading(t *testing.T) {
	s := usage.Start(func() usage.Reading { panic("a bug") })
	if r, c, m := readings(t, s); !math.IsNaN(r) || !math.IsNaN(c) || !math.IsNaN(m) {
		t.Errorf("%v, %v, %v", r, c, m)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestMachines: the metrics show the shares that probes and triggers judge of the
// same machine.
func TestMachines(t *testing.T) {
	for _, m := range machines.All() {
		synctest.Test(t, func(t *testing.T) {
			machine, advance := m.Start()
			s := usage.Start(usage.Of(machine))
			advance()
			time.Sleep(machines.Time)
			synctest.Wait()
			_, cpu, memory := readings(t, s)
			if math.Abs(memory-m.Memory) > 1e-9 || math.Abs(cpu-m.CPU) > 1e-9 {
				t.Errorf("%s: memory %v, cpu %v, want %v, %v", m.Name, memory, cpu, m.Memory, m.CPU)
			}
			if err := s.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// What cannot be read is left out, and so is what the system does not tell.
func TestUnknownUsage(t *testing.T) {
	broken := machines.Machine{Files: map[string]string{"proc/self/cgroup": machines.Unreadable, "proc/self/statm": "1\n"}}
	machine, _ := broken.Start()
	for _, machine := range []system.Machine{machine, {}} {
		if u := usage.Of(machine)(); !math.IsNaN(u.Resident) || !math.IsNaN(u.Memory) || u.CPU != nil {
			t.Errorf("%+v", u)
		}
	}
}

// The readings of this machine are plausible, whichever machine that is.
func TestUsageOfThisProcess(t *testing.T) {
	if u := usage.Of(system.Local())(); !(u.Resident > 1<<20) || !(u.Memory >= 0 && u.Memory <= 1) || len(u.CPU) == 0 {
		t.Errorf("%+v", u)
	}
}
