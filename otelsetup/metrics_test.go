package otelsetup_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/usage"
)

func TestMemoryAtTheFirstScrape(t *testing.T) {
	if pageOf(t, start(t).MetricsHandler())["kvdb_memory_bytes"] == nil {
		t.Error("the first scrape has no kvdb_memory_bytes")
	}
}

func TestMetricsAsText(t *testing.T) {
	log, lines := recordingLogger()
	tel := start(t, otelsetup.WithLogger(log), otelsetup.WithUsage(func() usage.Reading { return usage.Reading{Resident: 4096, Memory: 0.5} }))
	use(t, tel, "orders")
	counter, err := tel.MeterProvider().Meter("own").Int64Counter("checkouts", metric.WithUnit("{checkout}"))
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 3)

	families := pageOf(t, tel.MetricsHandler())
	for _, line := range lines() {
		if line.Message == "scrape incomplete" {
			t.Errorf("an error in the scrape: %v", line.ContextMap())
		}
	}
	for name, kind := range map[string]dto.MetricType{
		"db_client_operation_duration_seconds":   dto.MetricType_HISTOGRAM,
		"kvdb_requests_total":                    dto.MetricType_COUNTER,
		"kvdb_request_latency_quantiles_seconds": dto.MetricType_SUMMARY,
		"kvdb_memory_bytes":                      dto.MetricType_GAUGE,
		"kvdb_utilization_ratio":                 dto.MetricType_GAUGE,
		"checkouts_total":                        dto.MetricType_COUNTER,
		"target_info":                            dto.MetricType_GAUGE,
		"process_cpu_seconds_total":              dto.MetricType_COUNTER,
		"go_goroutine_count":                     dto.MetricType_GAUGE,
		"go_schedule_duration_seconds":           dto.MetricType_HISTOGRAM,
	} {
		family, ok := families[name]
		if !ok {
			t.Errorf("%s is missing", name)
		} else if family.GetType() != kind {
			t.Errorf("%s is a %v, want a %v", name, family.GetType(), kind)
		}
	}
	if got := families["kvdb_memory_bytes"].GetMetric()[0].GetGauge().GetValue(); got != 4096 {
		t.Errorf("memory %v", got)
	}
	if m, ok := value(families["kvdb_utilization_ratio"], "kvdb_resource", "memory"); !ok || m.GetGauge().GetValue() != 0.5 {
		t.Errorf("utilization %v", families["kvdb_utilization_ratio"])
	}
	for _, label := range []string{"db_system_name", "db_namespace", "db_operation_name"} {
		for _, name := range []string{"kvdb_requests_total", "kvdb_request_latency_quantiles_seconds"} {
			if !hasLabel(families[name], label) {
				t.Errorf("%s has no label %s", name, label)
			}
		}
	}
	for name, family := range families {
		if hasLabel(family, "otel_scope_name") {
			t.Errorf("%s has scope labels", name)
		}
	}
}

func hasLabel(family *dto.MetricFamily, label string) bool {
	for _, m := range family.GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == label {
				return true
			}
		}
	}
	return false
}

func TestExemplarsInOpenMetrics(t *testing.T) {
	tel := start(t) // no exporter anywhere: spans are made all the same
	span := use(t, tel, "orders")
	if !span.IsSampled() {
		t.Fatal("the span is not sampled")
	}
	status, body := get(t, tel.MetricsHandler(), openMetrics)
	if status != http.StatusOK || !strings.HasSuffix(body, "# EOF\n") {
		t.Fatalf("status %d: %s", status, body)
	}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "db_client_operation_duration_seconds_bucket") &&
			strings.Contains(line, `trace_id="`+span.TraceID().String()+`"`) {
			return
		}
	}
	t.Errorf("no exemplar with the trace id %s in\n%s", span.TraceID(), body)
}

func TestWithoutProcessAndRuntimeMetrics(t *testing.T) {
	read := func() usage.Reading { t.Error("a reading was taken"); return usage.Reading{} }
	tel := start(t, otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics(), otelsetup.WithUsage(read))
	names := slices.Sorted(maps.Keys(pageOf(t, tel.MetricsHandler())))
	if !slices.Equal(names, []string{"kvdb_callback_failures_total", "kvdb_scrape_failures_total", "target_info"}) {
		t.Errorf("metrics %v", names)
	}
}

func TestFurtherReader(t *testing.T) {
	for _, tt := range []struct {
		name        string
		temporality sdkmetric.TemporalitySelector
		want        metricdata.Temporality
		runtime     bool // the runtime's own producer is there
	}{
		{"default", nil, metricdata.CumulativeTemporality, true},
		{"delta", sdkmetric.DeltaTemporalitySelector, metricdata.DeltaTemporality, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var reader *sdkmetric.ManualReader
			tel := start(t, otelsetup.WithReader(tt.temporality, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
				opts := []sdkmetric.ManualReaderOption{sdkmetric.WithProducer(p)}
				if tt.temporality != nil {
					opts = append(opts, sdkmetric.WithTemporalitySelector(tt.temporality))
				}
				reader = sdkmetric.NewManualReader(opts...)
				return reader, nil
			}))
			use(t, tel, "orders")
			var got metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			found := make(map[string]metricdata.Aggregation)
			for _, scope := range got.ScopeMetrics {
				for _, m := range scope.Metrics {
					found[m.Name] = m.Data
				}
			}
			if sum, ok := found["kvdb.requests"].(metricdata.Sum[int64]); !ok || sum.Temporality != tt.want {
				t.Errorf("kvdb.requests is %#v", found["kvdb.requests"])
			}
			if _, ok := found["kvdb.request.latency.quantiles"].(metricdata.Summary); !ok {
				t.Error("the summary is missing")
			}
			if _, ok := found["kvdb.memory"]; !ok {
				t.Error("the process's memory is missing")
			}
			if _, ok := found["go.schedule.duration"]; ok != tt.runtime {
				t.Errorf("go.schedule.duration is there: %v, want %v", ok, tt.runtime)
			}
		})
	}
}
