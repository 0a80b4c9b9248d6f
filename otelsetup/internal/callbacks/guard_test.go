package callbacks_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/callbacks"
)

// reports is what was told.
type reports struct {
	mu  sync.Mutex
	all []string
}

func (r *reports) add(scope string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, scope+": "+err.Error())
}

func (r *reports) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

func guarded() (*sdkmetric.ManualReader, metric.Meter, *reports) {
	var r reports
	reader := sdkmetric.NewManualReader()
	return reader, callbacks.Guard(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), r.add).Meter("scope"), &r
}

func collect(t *testing.T, reader *sdkmetric.ManualReader) map[string]metricdata.Metrics {
	t.Helper()
	var rm metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &rm); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]metricdata.Metrics)
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			all[m.Name] = m
		}
	}
	return all
}

// Every way to register a callback is guarded, and keeps what else it was given.
func TestEveryInstrument(t *testing.T) {
	reader, m, reported := guarded()
	failing := errors.New("no idea")
	ints := func(_ context.Context, o metric.Int64Observer) error { o.Observe(1); return failing }
	floats := func(_ context.Context, o metric.Float64Observer) error { o.Observe(1); return failing }
	_, err1 := m.Int64ObservableCounter("a", metric.WithUnit("u"), metric.WithDescription("d"), metric.WithInt64Callback(ints))
	_, err2 := m.Int64ObservableUpDownCounter("b", metric.WithUnit("u"), metric.WithDescription("d"), metric.WithInt64Callback(ints))
	_, err3 := m.Int64ObservableGauge("c", metric.WithUnit("u"), metric.WithDescription("d"), metric.WithInt64Callback(ints))
	_, err4 := m.Float64ObservableCounter("d", metric.WithUnit("u"), metric.WithDescription("d"), metric.WithFloat64Callback(floats))
	_, err5 := m.Float64ObservableUpDownCounter("e", metric.WithUnit("u"), metric.WithDescription("d"), metric.WithFloat64Callback(floats))
	_, err6 := m.Float64ObservableGauge("f", metric.WithUnit("u"), metric.WithDescription("d"), metric.WithFloat64Callback(floats))
	shared, err7 := m.Int64ObservableGauge("g", metric.WithUnit("u"), metric.WithDescription("d"))
	registration, err8 := m.RegisterCallback(func(_ context.Context, o metric.Observer) error { o.ObserveInt64(shared, 1); return failing }, shared)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		t.Fatal(err)
	}
	all := collect(t, reader)
	for _, name := range strings.Split("abcdefg", "") {
		if got := all[name]; got.Data == nil || got.Unit != "u" || got.Description != "d" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := reported.take(); len(got) != 7 || got[0] != "scope: no idea" {
		t.Errorf("reports %q", got)
	}
	if err := registration.Unregister(); err != nil {
		t.Error(err)
	}
	if _, ok := collect(t, reader)["g"]; ok {
		t.Error("a callback goes on after its end")
	}
}

func TestTrouble(t *testing.T) {
	for name, tt := range map[string]struct {
		f    func()
		want string
	}{
		"panics":              {func() { panic("no idea") }, "scope: panicked: no idea"},
		"ends its goroutine":  {runtime.Goexit, "scope: ended its goroutine"},
		"a callback of nil":   {nil, "scope: panicked: runtime error: invalid memory address or nil pointer dereference"},
		"is right, for once":  {func() {}, ""},
		"takes long but ends": {func() { time.Sleep(callbacks.Limit - 1) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reader, m, reported := guarded()
				var callback metric.Int64Callback
				if tt.f != nil {
					callback = func(_ context.Context, o metric.Int64Observer) error {
						tt.f()
						o.Observe(1)
						return nil
					}
				}
				if _, err := m.Int64ObservableGauge("g", metric.WithInt64Callback(callback)); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					_, ok := collect(t, reader)["g"]
					if got := strings.Join(reported.take(), "; "); got != tt.want || ok != (tt.want == "") {
						t.Errorf("reported %q, want %q; observed %v", got, tt.want, ok)
					}
				}
			})
		})
	}
}

// One that hangs is waited for once, and is called again when it is back.
func TestHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, m, reported := guarded()
		back := make(chan struct{})
		calls := 0
		_, err := m.Int64ObservableGauge("g", metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			calls++
			<-back
			o.Observe(1)
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []struct {
			took time.Duration
			text string
		}{{callbacks.Limit, "scope: takes longer than 2s"}, {0, "scope: was given up and has still not returned"}, {0, "scope: was given up and has still not returned"}} {
			began := time.Now()
			collect(t, reader)
			if got := reported.take(); time.Since(began) != want.took || len(got) != 1 || got[0] != want.text {
				t.Errorf("%d: took %v, reported %q", i, time.Since(began), got)
			}
		}
		close(back)
		synctest.Wait()
		if _, ok := collect(t, reader)["g"]; !ok || len(reported.take()) != 0 || calls != 2 {
			t.Errorf("observed %v after %d calls", ok, calls)
		}
	})
}
