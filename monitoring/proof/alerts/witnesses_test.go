package alerts_test

import (
	"math"
	"slices"
	"strings"
)

// A witness says where a rule has to be true, and what its series has to say.
type witness struct {
	rule      string // alert and severity
	jobs      []string
	low, high float64           // of the value, which the summary shows
	labels    map[string]string // besides those that annotations name
	says      string            // in the summary, besides what all have

	// shipped says that the window of the rule is shorter in the scaled rules than what it
	// counts takes: the rule as it ships has to be true.
	shipped bool

	// hushed says that it is not true any more when critical alerts of the same fault fire.
	hushed bool
}

func on(jobs ...string) []string { return jobs }

var witnesses = []witness{
	{rule: "KVDiskFull critical", jobs: on("disk", "kv-disk", "fulldisk"), low: 0.9, high: 1, labels: map[string]string{"kvdb_resource": "disk"}},
	{rule: "KVDiskFilling warning", jobs: on("fulldisk"), low: 0.45, high: 1, labels: map[string]string{"kvdb_resource": "disk"}, hushed: true},
	{rule: "KVSaturationHigh warning", jobs: on("saturation"), low: saturation, high: 1.2, labels: map[string]string{"kvdb_resource": "cpu"}},
	{rule: "KVSaturationHigh critical", jobs: on("memory"), low: 0.9, high: 1, labels: map[string]string{"kvdb_resource": "memory"}},
	{rule: "KVEngineFailed critical", jobs: on("engine", "kv-engine"), low: 1, high: 1e4},
	{rule: "KVStoreHung critical", jobs: on("hang", "kv-hang"), low: 30, high: 300, says: "An operation ("},
	{rule: "KVDiskSlow critical", jobs: on("slowdisk"), low: 2, high: 20, shipped: true},
	{rule: "KVDiskSlow warning", jobs: on("slowdisk"), low: 0.5, high: 20},
	{rule: "KVWriteStalled critical", jobs: on("stall", "badger-stall"), low: 0.1, high: 3},
	{rule: "KVWriteStalled warning", jobs: on("stall", "badger-stall"), low: 0.01, high: 3},
	{rule: "KVReadTransactionOld warning", jobs: on("oldread"), low: 60, high: 300},
	{rule: "KVFreelistBloated warning", jobs: on("freelist"), low: 256 << 10, high: 64 << 20},
	{rule: "KVReplicaDisconnected critical", jobs: on("replica"), low: 0, high: 0},
	{rule: "KVReplicationLagHigh critical", jobs: on("lag", "kv-lag"), low: 29, high: 120},
	{rule: "KVErrorRatioHigh critical", jobs: on("errors", "kv-errors"), low: 0.01, high: 1},
	{rule: "KVErrorBudgetBurn critical", jobs: on("errors", "kv-errors"), low: 0.006, high: 0.3},
	{rule: "KVErrorBudgetBurn warning", jobs: on("errors", "kv-errors"), low: 0.001, high: 0.3, hushed: true},
	{rule: "KVLatencyHigh critical", jobs: on("slow", "kv-slow"), low: 0.1, high: 3},
	{rule: "KVLatencyBudgetBurn critical", jobs: on("slow", "kv-slow"), low: 0.006, high: 0.5},
	{rule: "KVLatencyBudgetBurn warning", jobs: on("slow", "kv-slow"), low: 0.001, high: 0.5, hushed: true},
	{rule: "KVCanceledHigh warning", jobs: on("canceled"), low: 0.05, high: 0.6},
	{rule: "KVConflictsHigh warning", jobs: on("conflicts"), low: 0.1, high: 1},
	{rule: "KVTrafficDropped warning", jobs: on("idle"), low: 0, high: usualRate / 2},
	{rule: "KVCapacityHigh warning", jobs: on("busy"), low: 0.9 * capacity, high: 2 * capacity},
	{rule: "KVRestarting critical", jobs: on("restart"), low: 3, high: 20},
	{rule: "KVTelemetryAbsent critical", jobs: on("stopped"), low: 1, high: 1},
	{rule: "KVTelemetryLossy warning", jobs: on("telemetry"), low: 0, high: math.Inf(1)},
	{rule: "KVWatchdog none", jobs: on(""), low: 1, high: 1},
	{rule: "KVCheckUnknown critical", jobs: on("unknown"), low: 1, high: 1},
	{rule: "KVCheckUnknown warning", jobs: on("unknown"), low: 1, high: 1},
	{rule: "KVNotReady critical", jobs: on("draining", "disk", "kv-disk"), low: 0, high: 0},
}

func witnessOf(rule string) witness {
	return witnesses[slices.IndexFunc(witnesses, func(w witness) bool { return w.rule == rule })]
}

// without are rules that no program makes true here, with the reason.
var without = map[string]string{
	"KVRestarting critical (2)":      "of metrics that came over OTLP: see TestPushed",
	"KVTelemetryAbsent critical (2)": "of metrics that came over OTLP: see TestPushed",
}

// absent are series that programs have only when something is wrong that no fault makes,
// with the reason.
var absent = map[string]string{
	"kvdb_scrape_dropped_total": "a metric that is broken, which no program has",

	`kvdb_errors_total{error_type="corruption"}`: "data that is damaged, which no fault makes",
}

// excuses are comparisons that are not true under the fault, or not false without it, with
// the reason.
var excuses = []struct {
	rule, part  string
	fault, well bool
	why         string
}{
	{"KVDiskFilling warning", "predict_linear", false, true, "where programs are well, the disk may fill with what others do; the share in use guards"},
	{"KVTrafficDropped warning", " > 10", false, true, "a guard that holds for all that are in use"},
	{"KVTrafficDropped warning", " >= quantile_over_time(0.9", false, true, "a guard that holds for all but nights"},
	{"KVTelemetryLossy warning", "log_exported", true, false, "lines come too rarely for each scaled window to have one"},
	{"KVTelemetryLossy warning", "log_processed", true, false, "there are too few lines for a queue that is full"},
	{"KVTelemetryLossy warning", "kvdb_log_dropped", true, false, "it takes an output that takes no lines"},
	{"KVTelemetryLossy warning", "kvdb_scrape_failures", true, false, "it takes a metric that cannot be collected"},
	{"KVTelemetryLossy warning", "kvdb_scrape_dropped", true, false, "it takes a metric that is broken"},
}

func excused(rule, part string, fault bool) bool {
	for _, e := range excuses {
		if e.rule == rule && strings.Contains(brief(part), e.part) && (fault && e.fault || !fault && e.well) {
			return true
		}
	}
	return false
}
