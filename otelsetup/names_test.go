package otelsetup_test

import (
	"fmt"
	"maps"
	"net"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/otelsetup"
)

// gauge makes a gauge of a scope and sets it.
func gauge(t *testing.T, tel *otelsetup.Telemetry, scope, name, unit string, value int64) {
	t.Helper()
	g, err := tel.MeterProvider().Meter(scope).Int64Gauge(name, metric.WithUnit(unit))
	if err != nil {
		t.Fatal(err)
	}
	g.Record(t.Context(), value)
}

// gauges returns the values of a family by what its series have for labels.
func gauges(family *dto.MetricFamily) map[string]float64 {
	values := make(map[string]float64)
	for _, m := range family.GetMetric() {
		var labels []string
		for _, l := range m.GetLabel() {
			labels = append(labels, l.GetName()+"="+l.GetValue())
		}
		values[strings.Join(labels, ",")] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
	}
	return values
}

// A program that says itself how much memory it uses, and how many connections it
// has, is believed: at each scrape, in each reader, whoever comes first.
func TestProgramsOwnMemoryAndConnections(t *testing.T) {
	for name, first := range map[string]bool{"before ours": true, "after ours": false} {
		t.Run(name, func(t *testing.T) {
			var reader *sdkmetric.ManualReader
			tel := start(t, otelsetup.WithReader(nil, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
				reader = sdkmetric.NewManualReader(sdkmetric.WithProducer(p))
				return reader, nil
			}))
			ours := func() {
				listener, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { listener.Close() })
				if _, err := instrument.CountConnections(listener, instrument.WithTelemetry(tel)); err != nil {
					t.Fatal(err)
				}
			}
			if !first {
				ours()
			}
			gauge(t, tel, "shop", "kvdb.memory", "By", 7)
			gauge(t, tel, "shop", "kvdb.connections", "{connection}", 4)
			if first {
				ours()
			}
			h := tel.MetricsHandler()
			for range 20 {
				page := pageOf(t, h)
				for name, want := range map[string]float64{"kvdb_memory_bytes": 7, "kvdb_connections": 4} {
					if got := gauges(page[name]); !maps.Equal(got, map[string]float64{"": want}) {
						t.Errorf("%s is %v, want %v", name, got, want)
					}
				}
			}
			var exported metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &exported); err != nil {
				t.Fatal(err)
			}
			for _, scope := range exported.ScopeMetrics {
				for _, m := range scope.Metrics {
					if (m.Name == "kvdb.memory" || m.Name == "kvdb.connections") && scope.Scope.Name != "shop" {
						t.Errorf("a reader gets %s of %s as well", m.Name, scope.Scope.Name)
					}
				}
			}
		})
	}
}

// Two libraries with one name: both are there.
func TestLibrariesWithOneName(t *testing.T) {
	log, lines := recordingLogger()
	tel := start(t, otelsetup.WithLogger(log))
	for scope, hits := range map[string]int64{"cache/a": 3, "cache/b": 5} {
		counter, err := tel.MeterProvider().Meter(scope).Int64Counter("cache.hits")
		if err != nil {
			t.Fatal(err)
		}
		counter.Add(t.Context(), hits)
	}
	h := tel.MetricsHandler()
	for range 5 {
		page := pageOf(t, h)
		want := map[string]float64{"otel_scope_name=cache/a": 3, "otel_scope_name=cache/b": 5}
		if got := gauges(page["cache_hits_total"]); !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for name, family := range page {
			for _, m := range family.GetMetric() {
				if name != "cache_hits_total" && labelOf(m, "otel_scope_name") != "" {
					t.Errorf("%s has the label of a scope", name)
				}
			}
		}
	}
	if got := said(t, tel, lines); len(got) != 0 {
		t.Errorf("lines %v", got)
	}
}

// Two libraries with one name for two kinds: the first one's is there, and one
// line names both.
func TestLibrariesWithOneNameForTwoKinds(t *testing.T) {
	log, lines := recordingLogger()
	tel := start(t, otelsetup.WithLogger(log))
	gauge(t, tel, "cache/a", "cache.size", "", 3)
	histogram, err := tel.MeterProvider().Meter("cache/b").Int64Histogram("cache.size")
	if err != nil {
		t.Fatal(err)
	}
	histogram.Record(t.Context(), 5)
	h := tel.MetricsHandler()
	for range 5 {
		if got := gauges(pageOf(t, h)["cache_size"]); !maps.Equal(got, map[string]float64{"": 3}) {
			t.Errorf("got %v", got)
		}
	}
	got := said(t, tel, lines)
	if len(got) != 1 {
		t.Fatalf("%d lines, want one", len(got))
	}
	text := fmt.Sprint(got[0].Message, got[0].ContextMap())
	if !strings.Contains(text, "cache.size") || !strings.Contains(text, `"cache/a"`) || !strings.Contains(text, `"cache/b"`) {
		t.Errorf("line %s", text)
	}
}

// OpenTelemetry's instrumentation of the runtime, started as it says, doubles
// nothing.
func TestRuntimeStartedAgain(t *testing.T) {
	before := otel.GetMeterProvider()
	t.Cleanup(func() { otel.SetMeterProvider(before) })
	tel := start(t, otelsetup.WithGlobals())
	processors := func() map[string]float64 { return gauges(pageOf(t, tel.MetricsHandler())["go_processor_limit"]) }
	once := processors()
	if len(once) != 1 {
		t.Fatalf("go_processor_limit is %v", once)
	}
	if err := runtime.Start(); err != nil { // with the global provider
		t.Fatal(err)
	}
	if err := runtime.Start(runtime.WithMeterProvider(tel.MeterProvider())); err != nil {
		t.Fatal(err)
	}
	if again := processors(); !maps.Equal(again, once) {
		t.Errorf("%v, and %v before", again, once)
	}
	if otel.GetMeterProvider() != tel.MeterProvider() {
		t.Error("another provider is the global one")
	}
}

// A program that has no runtime metrics from the Telemetry has those it starts.
func TestRuntimeStartedByTheProgram(t *testing.T) {
	tel := start(t, otelsetup.WithoutRuntimeMetrics())
	if err := runtime.Start(runtime.WithMeterProvider(tel.MeterProvider())); err != nil {
		t.Fatal(err)
	}
	if got := gauges(pageOf(t, tel.MetricsHandler())["go_processor_limit"]); len(got) != 1 {
		t.Errorf("go_processor_limit is %v", got)
	}
}

// The default registry has the process and the Go runtime, too. What is there
// twice is said once.
func TestDefaultGatherer(t *testing.T) {
	log, lines := recordingLogger()
	tel := start(t, otelsetup.WithLogger(log))
	h := tel.MetricsHandler(prometheus.DefaultGatherer)
	for range 10 {
		page := pageOf(t, h)
		if len(page["process_open_fds"].GetMetric()) != 1 || page["go_gc_duration_seconds"] == nil {
			t.Error("a metric is missing")
		}
	}
	got := said(t, tel, lines)
	if len(got) != 1 || !strings.Contains(fmt.Sprint(got[0].ContextMap()), "process_open_fds") {
		t.Errorf("%d lines: %v", len(got), got)
	}
}
