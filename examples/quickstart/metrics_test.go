package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// testMetrics wants every family that this program can have.
func testMetrics(t *testing.T, p *quickstart) {
	const polled = "kvdb_engine_memtable_size_bytes"
	p.eventually("the engine's statistics", func() bool { return strings.Contains(get(t, p.web+"/metrics"), polled) })
	page := get(t, p.web+"/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]dto.MetricType{
		"db_client_operation_duration_seconds":       dto.MetricType_HISTOGRAM,
		"kvdb_request_latency_seconds":               dto.MetricType_HISTOGRAM,
		"kvdb_request_latency_quantiles_seconds":     dto.MetricType_SUMMARY,
		"kvdb_requests_total":                        dto.MetricType_COUNTER,
		"kvdb_errors_total":                          dto.MetricType_COUNTER,
		"kvdb_bytes_read_total":                      dto.MetricType_COUNTER,
		"kvdb_bytes_written_total":                   dto.MetricType_COUNTER,
		"kvdb_request_size_bytes":                    dto.MetricType_HISTOGRAM,
		"kvdb_response_size_bytes":                   dto.MetricType_HISTOGRAM,
		"kvdb_batch_items_total":                     dto.MetricType_COUNTER,
		"kvdb_in_flight":                             dto.MetricType_GAUGE,
		"kvdb_utilization_ratio":                     dto.MetricType_GAUGE,
		"kvdb_replication_lag_seconds":               dto.MetricType_GAUGE,
		"kvdb_replication_connected":                 dto.MetricType_GAUGE,
		"health_check_status":                        dto.MetricType_GAUGE,
		"health_check_duration_seconds":              dto.MetricType_GAUGE,
		"health_check_age_seconds":                   dto.MetricType_GAUGE,
		"kvdb_stats_age_seconds":                     dto.MetricType_GAUGE,
		"kvdb_memory_bytes":                          dto.MetricType_GAUGE,
		"kvdb_engine_disk_size_bytes":                dto.MetricType_GAUGE,
		"kvdb_engine_write_stalls_total":             dto.MetricType_COUNTER,
		"kvdb_engine_write_stall_time_seconds_total": dto.MetricType_COUNTER,
		"kvdb_engine_compactions_total":              dto.MetricType_COUNTER,
		"kvdb_engine_compaction_debt_bytes":          dto.MetricType_GAUGE,
		"kvdb_engine_l0_sublevels":                   dto.MetricType_GAUGE,
		"kvdb_engine_read_amplification":             dto.MetricType_GAUGE,
		polled:                                       dto.MetricType_GAUGE,
		"kvdb_engine_wal_size_bytes":                 dto.MetricType_GAUGE,
		"kvdb_engine_cache_hits_total":               dto.MetricType_COUNTER,
		"kvdb_engine_cache_misses_total":             dto.MetricType_COUNTER,
		"kvdb_engine_flushes_total":                  dto.MetricType_COUNTER,
		"kvdb_engine_flush_failures_total":           dto.MetricType_COUNTER,
		"kvdb_engine_compaction_failures_total":      dto.MetricType_COUNTER,
		"kvdb_engine_wal_fsyncs_total":               dto.MetricType_COUNTER,
		"kvdb_engine_wal_fsync_time_seconds_total":   dto.MetricType_COUNTER,
		"kvdb_engine_failed":                         dto.MetricType_GAUGE,
		"process_cpu_seconds_total":                  dto.MetricType_COUNTER,
		"process_resident_memory_bytes":              dto.MetricType_GAUGE,
		"go_goroutine_count":                         dto.MetricType_GAUGE,
		"go_memory_used_bytes":                       dto.MetricType_GAUGE,
		"go_schedule_duration_seconds":               dto.MetricType_HISTOGRAM,
		"target_info":                                dto.MetricType_GAUGE,
	} {
		if f := families[name]; f == nil {
			t.Errorf("%s is missing", name)
		} else if f.GetType() != kind {
			t.Errorf("%s is a %v, want a %v", name, f.GetType(), kind)
		}
	}
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Error(err)
	}
	for _, problem := range problems {
		if problem.Metric != "go_goroutine_count" { // OpenTelemetry's name
			t.Errorf("%s: %s", problem.Metric, problem.Text)
		}
	}
	for _, series := range []string{
		`db_operation_name="get",db_system_name="pebble",kvdb_outcome="ok"`,
		`db_operation_name="get",db_system_name="pebble",kvdb_outcome="miss"`,
		`db_operation_name="put",db_system_name="pebble",kvdb_outcome="ok"`,
		`db_operation_name="delete",db_system_name="pebble",kvdb_outcome="ok"`,
		`db_operation_name="scan",db_system_name="pebble",kvdb_outcome="ok"`,
		`db_operation_name="BATCH",db_system_name="pebble",kvdb_outcome="ok"`,
		`db_operation_name="BATCH put",db_system_name="pebble",kvdb_outcome="ok"`,
	} {
		series = `kvdb_requests_total{db_namespace="quickstart",` + series + "}"
		p.eventually(series+" above 0", func() bool { return sample(t, p, series) > 0 })
	}
}

// sample returns the value of one series, 0 when it is not there.
func sample(t *testing.T, p *quickstart, series string) float64 {
	t.Helper()
	for line := range strings.Lines(get(t, p.web+"/metrics")) {
		if rest, ok := strings.CutPrefix(line, series+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	return 0
}
