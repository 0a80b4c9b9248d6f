package panels_test

import (
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A trial is a program with a fault.
type trial struct {
	job   string
	kind  recording.Kind // by default a quickstart
	args  []string
	env   []string
	fault string // by default none

	// memory is the limit in bytes of a control group of its own; by default it has none.
	memory int
	take   func(*exec.Cmd) // into that

	// redis has it on a Redis of its own.
	redis bool

	// strike is what goes wrong besides a fault.
	strike func(*testing.T, *course)

	// until are what has to be there in all worlds before it is looked at. $job stands for
	// its matcher.
	until []string

	// mid is done once when until holds, before it is looked at.
	mid func(*testing.T, *course)
}

const rate = 60.0 // operations a second

// exported are settings for a program that exports to a receiver that is there.
func exported(url string) []string {
	return []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + url, "OTEL_METRIC_EXPORT_INTERVAL=1000", "OTEL_BSP_SCHEDULE_DELAY=500", "OTEL_BLRP_SCHEDULE_DELAY=500"}
}

// lost are exports that nobody takes, and queues that are soon full.
var lost = []string{
	"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9", "OTEL_METRIC_EXPORT_INTERVAL=1000",
	"OTEL_BSP_SCHEDULE_DELAY=500", "OTEL_BSP_MAX_QUEUE_SIZE=1", "OTEL_BLRP_SCHEDULE_DELAY=500", "OTEL_BLRP_MAX_QUEUE_SIZE=1",
}

var (
	bolt   = []string{"-engine", "bolt"}
	badger = []string{"-engine", "badger"}
)

// trials are all of them, those first that take long.
var trials = []*trial{
	{
		job: "healthy", env: []string{"OTEL_RESOURCE_ATTRIBUTES=service.version=1.2.3", "GOMEMLIMIT=512MiB"},
		until: []string{`process_uptime_seconds{$job} > 35`},
	},
	{job: "kv-redis", kind: recording.KVServer, redis: true, strike: others, until: []string{`process_uptime_seconds{$job} > 35`}},
	{job: "pool", kind: recording.KVServer, redis: true, strike: exhaust, until: []string{`db_client_connection_timeouts_total{$job} > 0`, `db_client_connection_pending_requests{$job} > 0`}},
	{job: "redis-gone", redis: true, strike: func(t *testing.T, c *course) { c.server.Kill(t) }, until: []string{`kvdb_dial_errors_total{$job, error_type="unavailable"} > 0`}},
	{job: "kv-healthy", kind: recording.KVServer},
	{job: "bolt-healthy", args: bolt},
	{job: "badger-healthy", args: badger},
	{job: "badger-stall", fault: "stall", args: badger, until: []string{`kvdb_engine_write_stall_time_seconds_total{$job} > 2`, `kvdb_engine_l0_stalls_total{$job} > 1`}},
	{job: "slowdisk", fault: "slowdisk", until: []string{`increase(kvdb_engine_disk_slow_total{$job}[20s]) > 0.9`}},
	{job: "oldread", fault: "oldread", args: bolt, until: []string{`kvdb_engine_read_transaction_oldest_age_seconds{$job} > 10`}},
	{job: "hang", fault: "hang", kind: recording.KVServer, until: []string{`kvdb_in_flight_oldest_own_age_seconds{$job} > 31`}},
	{job: "freelist", fault: "freelist", args: bolt, until: []string{`kvdb_engine_freelist_size_bytes{$job} > 256 * 1024`}},
	{job: "kv-errors", fault: "errors", kind: recording.KVServer, until: []string{`ALERTS{alertstate="firing", alertname="KVErrorRatioHigh", $job}`}},
	{job: "errors", fault: "errors"},
	{job: "kv-slow", fault: "slow", kind: recording.KVServer, until: []string{`service:kvdb_slow:rate5m{$job} > 0`}},
	{job: "slow", fault: "slow", until: []string{`increase(pprofx_captures_total{$job, pprofx_reason="slow", pprofx_outcome="written"}[20s]) > 0.9`}},
	{job: "lag", fault: "lag", until: []string{`kvdb_replication_lag_seconds{$job} > 29`}},
	{job: "replica", fault: "replica", until: []string{`kvdb_replication_connected{$job} == 0`, `kvdb_failovers_total{$job} == 1`}},
	{job: "disk", fault: "disk", until: []string{`health_ready{$job, health_probe="readiness"} == 0`}},
	{job: "fulldisk", fault: "fulldisk:10s", until: []string{`rate(kvdb_errors_total{$job, error_type="no_space"}[10s]) > 0`}},
	{job: "stall", fault: "stall", until: []string{`rate(kvdb_engine_write_stalls_total{$job}[10s]) > 0`}},
	{job: "engine", fault: "engine", until: []string{`kvdb_engine_failed{$job} == 1`}},
	{job: "canceled", fault: "canceled"},
	{job: "conflicts", fault: "conflicts"},
	{job: "idle", fault: "idle"},
	{job: "unknown", fault: "unknown", until: []string{`health_check_status{$job, health_state="unknown"} == 1`}},
	{job: "saturation", fault: "saturation", env: []string{"GOMAXPROCS=1"}, until: []string{`kvdb_utilization_ratio{$job, kvdb_resource="cpu"} > 0.1`}},
	{job: "telemetry", fault: "errors", env: lost, until: []string{`rate(otel_sdk_exporter_span_exported_total{$job, error_type!=""}[10s]) > 0`}},
	{job: "memory", fault: "memory", memory: 512 * mib, until: []string{`kvdb_utilization_ratio{$job, kvdb_resource="memory"} > 0.9`}},
	{job: "lossy", kind: recording.Lossy, env: lost, until: []string{
		`rate(otel_sdk_processor_log_processed_total{$job, error_type="queue_full"}[10s]) > 0`, `rate(kvdb_scrape_failures_total{$job}[10s]) > 0`,
		`rate(kvdb_scrape_dropped_total{$job}[10s]) > 0`, `rate(kvdb_farewells_lost_total{$job}[10s]) > 0`,
	}},
	{job: "profiled", mid: profile, until: []string{`pprofx_recording_time_seconds_total{$job, pprofx_profile="cpu"} == 0`}},
	{job: "stopped", mid: func(_ *testing.T, c *course) { c.program.Kill() }},
	{job: "restart", mid: func(t *testing.T, c *course) {
		c.program.Kill()
		c.program.Start(t, nil)
		c.started = time.Now()
	}},
}

// grouped makes the control group of a trial, or reports that the trial is left out.
func (tr *trial) grouped(t *testing.T) (ok bool) {
	t.Helper()
	if tr.memory == 0 {
		return true
	}
	tr.take, ok = recording.MemoryGroup(t, tr.job, tr.memory)
	return ok
}

// elsewhere are faults that are in no trial, with the reason.
var elsewhere = map[string]string{
	"none":      "each trial begins so",
	"telemetry": "the trial of this name has an endpoint that is not there from the start, and queues that are soon full, too",
	"restart":   "the trial of this name starts the program itself, once",
}

// TestEveryFaultHasATrial: what goes wrong on purpose is looked at, or it is said why not.
func TestEveryFaultHasATrial(t *testing.T) {
	faults := recording.Faults(t)
	for _, kind := range faults {
		tried := slices.ContainsFunc(trials, func(tr *trial) bool { return strings.Split(tr.fault, ":")[0] == kind })
		if tried == (elsewhere[kind] != "") {
			t.Errorf("the fault %s is in a trial: %t, and is said not to be: %q", kind, tried, elsewhere[kind])
		}
	}
	for kind := range elsewhere {
		if !slices.Contains(faults, kind) {
			t.Errorf("there is no fault %s any more", kind)
		}
	}
}

const asked = 4 // profiles

// profile asks a program for profiles, one of which takes two seconds.
func profile(t *testing.T, c *course) {
	t.Helper()
	for _, what := range [asked]string{"goroutine", "heap", "allocs", "profile?seconds=2"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.profiles+"/debug/pprof/"+what, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		c.asking.Go(func() {
			res, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = res.Body.Close() }()
			if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("%s: %s, %v", what, res.Status, err)
			}
		})
	}
}
